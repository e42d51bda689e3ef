// Reports are made of tables too, and report stands below cli.
export * from '../../report/table.ts';
