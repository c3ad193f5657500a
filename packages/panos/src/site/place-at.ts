/** Where a Panorama and its firewalls keep what outlasts the process, as the options of servers say it. */
export interface ScenarioPlace {
  /** URL for Panorama's tables. */
  readonly database?: string;
  /** Folder with a folder for each firewall. */
  readonly standIns?: string;
  /** Folder of certificates. */
  readonly certificates?: string;
}

/**
 * What `db` means: a SQLite file for Panorama's tables, unless `database` names another place for them, and beside it folders for the
 * firewalls and the certificates. Without it nothing outlasts the process but what `database` keeps.
 */
export function placeAt(db: string | undefined, database?: string): ScenarioPlace {
  const tables = database ?? (db === undefined ? undefined : `sqlite:${db}`);
  return {
    ...(tables === undefined ? {} : { database: tables }),
    ...(db === undefined ? {} : { standIns: `${db}.firewalls`, certificates: `${db}.certificates` }),
  };
}
