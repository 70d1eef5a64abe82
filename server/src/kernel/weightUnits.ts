/** The weight of each unit in grams. */
export const gramsOf = { G: 1, KG: 1000, LB: 453.592_37, OZ: 28.349_523_125 } as const;
