/** Folder of the built interface: what the hub serves. */
export declare const uiRoot: string;
