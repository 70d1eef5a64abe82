import { Button } from '@mantine/core';
import { useState } from 'react';
import classes from './bulk.module.css';
import { type BulkChange, eachOf } from './bulk.ts';
import { type BulkForecast, moneyWords, remarks } from './bulkMoney.ts';
import { Sentence } from './sentence.tsx';

/** Reads the effect of the changes on revenue when asked, and the rows at risk. */
export function Forecast({ changes }: { readonly changes: readonly BulkChange[] }) {
  const [forecasts, setForecasts] = useState<readonly BulkForecast[]>();
  const [isBusy, setBusy] = useState(false);
  async function read(): Promise<void> {
    setBusy(true);
    setForecasts(await eachOf(changes, forecastOf));
    setBusy(false);
  }
  if (changes.length === 0 || changes.some(({ preview }) => preview === undefined)) return null;
  return (
    <section className={classes['forecast']} aria-label="What it means in money">
      <Button size="compact-sm" variant="default" loading={isBusy} onClick={() => void read()}>
        {forecasts ? 'Calculate again' : 'Show the money'}
      </Button>
      {forecasts && <Shown forecasts={forecasts} />}
    </section>
  );
}

async function forecastOf({ name, preview }: BulkChange): Promise<BulkForecast> {
  try {
    return { name, money: await preview!() };
  } catch (error) {
    return { name, refused: error instanceof Error ? error.message : String(error) };
  }
}

function Shown({ forecasts }: { readonly forecasts: readonly BulkForecast[] }) {
  const notable = remarks(forecasts);
  return (
    <div role="status">
      {moneyWords(forecasts).map((words) => (
        <p key={words}>{words}</p>
      ))}
      {notable.length > 0 && (
        <ul>
          {notable.map(({ name, words }) => (
            <li key={name}>
              <strong>{name}</strong> <Sentence text={words} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
