import { ObjectLink } from '../found/ObjectLink.tsx';
import { Moment } from '../kit/momentShown.tsx';
import { formatCount } from '../kit/money.ts';
import classes from './clockSheet.module.css';
import { eventWords, type LogLine } from './eventPace.ts';
import { closeClockSheet } from './sheet.ts';

/** The events as they arrive, the newest first. At most ten a second; the rest as a number. */
export function EventLog({ log }: { readonly log: readonly LogLine[] }) {
  if (log.length === 0) return null;
  return (
    <section aria-labelledby="clock-events">
      <h3 id="clock-events" className={classes['heading']}>
        Events
      </h3>
      <ol className={classes['log']} tabIndex={0} aria-labelledby="clock-events">
        {log.toReversed().map((line) => (
          <li key={line.key}>
            {'leftOut' in line ? (
              <span className="soft">+{formatCount(line.leftOut)} more</span>
            ) : (
              <>
                <Moment at={line.event.event_dts} />
                <span>{eventWords(line.event.event_name)}</span>
                <ObjectLink
                  type={line.event.object_type}
                  id={line.event.object_id}
                  onClick={closeClockSheet}
                >
                  <code>{line.event.object_id}</code>
                </ObjectLink>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
