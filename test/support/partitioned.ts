import { type Migration, splitStatements } from '../../server/src/platform/storage/migrate.ts';

const partitions = 4;

/**
 * Returns the migration with every tenant table hash-partitioned by merchant, as if it were
 * distributed over machines. PostgreSQL then refuses each primary or unique key that lacks
 * `merchant_id`.
 */
export function partitionByMerchant(migration: Migration): Migration {
  return {
    ...migration,
    sql: splitStatements(migration.sql)
      .flatMap(partitionStatement)
      .map((sql) => (sql.endsWith(';') ? `${sql}\n` : `${sql};\n`))
      .join(''),
  };
}

function partitionStatement(statement: string): string[] {
  const create =
    /^((?:\s*--.*\n|\s+)*create\s+(?:unlogged\s+)?table\s+)(\w+)(\s*\([\s\S]*?\))\s*(with\s*\([^)]*\))?\s*;?\s*$/i.exec(
      statement,
    );
  if (create) {
    const [, head, table, columns, storage] = create as unknown as [
      string,
      string,
      string,
      string,
      string | undefined,
    ];
    if (!isTenantTable(columns)) return [statement];
    // A partitioned table has no storage, so its settings are set on the partitions.
    return [
      `${head.replace(/unlogged\s+/i, '')}${table}${columns} partition by hash (merchant_id)`,
      ...partitionNames(table).map(
        (name, i) =>
          `create table ${name} partition of ${table} for values with (modulus ${partitions},` +
          ` remainder ${i}) ${storage ?? ''}`,
      ),
    ];
  }
  const settings =
    /^((?:\s*--.*\n|\s+)*alter\s+table\s+)(\w+)(\s+(?:re)?set\s*\([^)]*\))\s*;?\s*$/i.exec(
      statement,
    );
  if (settings)
    return partitionNames(settings[2] ?? '').map(
      (name) => `alter table if exists ${name}${settings[3]}`,
    );
  return [statement];
}

/**
 * Whether the primary key of a table begins with the merchant and has more columns. `merchant`
 * itself, and tables that are read before the merchant is known, are not partitioned.
 */
function isTenantTable(columns: string): boolean {
  return /primary\s+key\s*\(\s*merchant_id\s*,/i.test(columns);
}

const partitionNames = (table: string) =>
  Array.from({ length: partitions }, (_, i) => `${table}_p${i}`);
