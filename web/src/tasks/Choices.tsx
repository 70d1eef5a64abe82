import classes from './tasks.module.css';

/** A line of a list of choices. */
export interface ListedChoice {
  readonly key: string;
  readonly words: string;
  readonly note?: string;
}

/** A list of choices, one button each. */
export function Choices<Each extends ListedChoice>({
  label,
  choices,
  onChoose,
}: {
  readonly label: string;
  readonly choices: readonly Each[];
  onChoose(choice: Each): void;
}) {
  return (
    <ul className={classes['choices']} aria-label={label}>
      {choices.map((choice) => (
        <li key={choice.key}>
          <button type="button" onClick={() => onChoose(choice)}>
            <span>{choice.words}</span>
            {choice.note && <span className="soft">{choice.note}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
