import { addItemPart, removeItemPart } from './addParts.ts';
import type { Part } from './form.ts';
import { datePart, frequencyPart, pricePart, quantityPart, swapPart } from './itemParts.ts';
import {
  addOnsPart,
  addressPart,
  cardPart,
  chargePart,
  mergePart,
  propertiesPart,
} from './otherParts.ts';
import {
  cancelPart,
  pausePart,
  reactivatePart,
  resumePart,
  skipPart,
  stopsPart,
  unskipPart,
} from './stopParts.ts';

/** All parts of `/auto-orders/:code/edit/:part`, by their names in the address. */
export const parts = {
  date: datePart,
  quantity: quantityPart,
  frequency: frequencyPart,
  item: swapPart,
  'add-item': addItemPart,
  'remove-item': removeItemPart,
  price: pricePart,
  address: addressPart,
  card: cardPart,
  stops: stopsPart,
  'add-ons': addOnsPart,
  properties: propertiesPart,
  pause: pausePart,
  resume: resumePart,
  skip: skipPart,
  unskip: unskipPart,
  charge: chargePart,
  cancel: cancelPart,
  reactivate: reactivatePart,
  merge: mergePart,
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof parts;

/** Returns the part that an address names; undefined if it does not exist. */
export const partOf = (name: string): Part | undefined =>
  Object.hasOwn(parts, name) ? parts[name as PartName] : undefined;
