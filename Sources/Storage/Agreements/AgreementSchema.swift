import Engine

/// Agreements with reviews, checks and ends, and invitations to consent.
enum AgreementSchema {
  static let lives = Migration(
    9, "lives of agreements, invitations to consent",
    tables: [TenantTable("consent_invitation", .company)],
    """
    ALTER TABLE agreement ADD COLUMN link_expire_time INTEGER;
    ALTER TABLE agreement ADD COLUMN declarations BLOB;
    ALTER TABLE agreement ADD COLUMN number TEXT;
    ALTER TABLE agreement ADD COLUMN start_date TEXT;
    ALTER TABLE agreement ADD COLUMN note TEXT;
    ALTER TABLE agreement ADD COLUMN review BLOB;
    ALTER TABLE agreement ADD COLUMN review_decided_by TEXT;
    ALTER TABLE agreement ADD COLUMN connection_check BLOB;
    ALTER TABLE agreement ADD COLUMN application BLOB;
    ALTER TABLE agreement ADD COLUMN settings_time INTEGER;
    ALTER TABLE agreement ADD COLUMN accounting_time INTEGER;
    ALTER TABLE agreement ADD COLUMN conversion_time INTEGER;
    ALTER TABLE agreement ADD COLUMN terminate_time INTEGER;
    ALTER TABLE consent ADD COLUMN supersede_time INTEGER;
    ALTER TABLE consent ADD COLUMN accounts TEXT;
    ALTER TABLE consent ADD COLUMN rights TEXT;
    CREATE TABLE consent_invitation (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, app_user BLOB NOT NULL,
      bank TEXT NOT NULL, link_hash BLOB NOT NULL, create_time INTEGER NOT NULL,
      expire_time INTEGER NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    """)

  static let conversion = Migration(
    14, "conversion of agreements",
    """
    ALTER TABLE agreement ADD COLUMN conversion_date TEXT;
    ALTER TABLE agreement ADD COLUMN return_data_date TEXT;
    """)
}
