import Engine

/// How companies remind their debtors.
enum ReminderSchema {
  static let settings = Migration(
    23, "reminder settings",
    tables: [TenantTable("reminder_settings", .company)],
    """
    CREATE TABLE reminder_settings (
      bureau BLOB NOT NULL, company BLOB NOT NULL, body BLOB NOT NULL, set_time INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    """)
}
