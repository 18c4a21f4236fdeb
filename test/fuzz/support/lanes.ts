/** Works through so many inputs, several beside each other: each lane takes the next one when it is done with its last. */
export async function inLanes(inputs: number, lanes: number, work: (lane: number) => Promise<void>): Promise<void> {
  let left = inputs;
  const lane = async (_: unknown, number: number): Promise<void> => {
    while (left-- > 0) await work(number);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
