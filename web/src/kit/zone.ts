import { createContext, useContext } from 'react';

/** The merchant's zone; undefined while there is no session, as on the log-in page. */
export const ZoneContext = createContext<string | undefined>(undefined);

/** Returns the merchant's zone; undefined while there is no session. */
export const useZone = (): string | undefined => useContext(ZoneContext);

/** The zone of this browser. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
