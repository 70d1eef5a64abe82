import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { formatMoney } from '../kit/money.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { itemsLikeQuery } from './queries.ts';

interface ItemInputProps {
  readonly field: {
    readonly label: string;
    readonly hint?: string | undefined;
    readonly isRequired?: boolean | undefined;
  };
  readonly value: string;
  onChange(id: string): void;
}

const proposeDelayMs = 120;

/**
 * A field for the id of a catalogue item. It suggests items by id or description while the person
 * types, and describes the typed item. Without the permission item_read it is a plain text field.
 */
export function ItemInput({ field, value, onChange }: ItemInputProps) {
  const { label, hint, isRequired = false } = field;
  const { merchant } = useSession();
  const list = useId();
  const { items, known } = useItems(value);
  return (
    <>
      <TextInput
        label={label}
        required={isRequired}
        withAsterisk={false}
        autoComplete="off"
        list={list}
        value={value}
        description={
          known
            ? `${known.description ?? ''}, ${formatMoney(known.cost ?? 0, merchant.currency)}`
            : hint
        }
        onChange={(event) => onChange(event.currentTarget.value)}
        onFocus={items.start}
      />
      <datalist id={list}>
        {items.rows.map(({ merchant_item_id: id, description: words, cost = 0 }) => (
          <option key={id} value={id}>
            {`${words ?? ''}, ${formatMoney(cost, merchant.currency)}`}
          </option>
        ))}
      </datalist>
    </>
  );
}

/**
 * The items that the text may name, loaded at the first focus, and the item that it names exactly.
 */
function useItems(typed: string) {
  const canRead = useCan(['item_read']);
  const [isUsed, setUsed] = useState(false);
  const [text] = useDebouncedValue(typed.trim(), proposeDelayMs);
  const { data: rows = [] } = useQuery({ ...itemsLikeQuery(text), enabled: canRead && isUsed });
  const named = typed.trim().toLowerCase();
  return {
    items: { rows, start: () => setUsed(true) },
    known: rows.find(({ merchant_item_id: id }) => id?.toLowerCase() === named),
  };
}
