declare module "virtual:icon-sprite" {
  /** Address of the SVG file that holds every icon as a symbol. */
  const url: string;
  export default url;
}
