import icon from './icon.svg';
import classes from './logIn.module.css';

/** The mark and the name. */
export function Brand() {
  return (
    <span className={classes['brand']}>
      <img src={icon} alt="" width="26" height="26" />
      Perennial
    </span>
  );
}
