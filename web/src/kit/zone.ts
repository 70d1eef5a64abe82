import { createContext, useContext } from 'react';

/** The merchant's zone; undefined while no session is known, as on the log-in page. */
export const ZoneContext = createContext<string | undefined>(undefined);

/** The merchant's zone; undefined while no session is known. */
export const useZone = (): string | undefined => useContext(ZoneContext);

/** The zone of this browser. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
