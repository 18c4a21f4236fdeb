/** How often a register is updated while energy flows: the middle one of the last three spans between changes. */
export class UpdatePeriod {
  #last: number;
  #second: number;
  #third: number;

  constructor(state: readonly [number, number, number] = [0, 0, 0]) {
    [this.#last, this.#second, this.#third] = state;
  }

  /** In ms; 0 until the register has moved three times. One long rest or one burst does not change it. */
  get ms(): number {
    const low = Math.min(this.#last, this.#second);
    const high = Math.max(this.#last, this.#second);
    return Math.max(low, Math.min(high, this.#third));
  }

  /** Takes the span between two changes of the register. */
  see(ms: number): void {
    this.#third = this.#second;
    this.#second = this.#last;
    this.#last = ms;
  }

  state(): readonly [number, number, number] {
    return [this.#last, this.#second, this.#third];
  }
}
