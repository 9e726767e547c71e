/** `1 school`, `2 schools`. */
export const of = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
