// The tables and what each of them is. Every table is exactly one of three (invariant J):
// journal: appended only; projection: written by projecting facts and in no other way;
// working: state without history, which a rebuild leaves alone.

package import Engine

package enum TableClass: String, Sendable, CaseIterable {
  case journal, projection, working
}

package enum Schema {
  /// Every table with its class; `TidyTests` compares it with the database.
  package static let classes: [String: TableClass] = [
    "stream": .journal, "fact": .journal, "blob": .journal,
    "bureau": .projection, "company": .projection, "app_user": .projection, "role": .projection,
    "token": .projection, "credential": .projection, "token_scope": .projection,
    "token_detail": .projection, "token_use": .working, "request": .projection,
    "agreement": .projection, "consent": .projection, "consent_invitation": .projection,
    "invoice": .projection,
    "payment": .projection, "instruction": .projection, "transfer": .projection,
    "transfer_hold": .projection, "hold_evidence": .projection, "unknown_payment": .projection,
    "return_file": .projection, "alarm": .projection, "voucher": .projection,
    "voucher_line": .projection, "voucher_payment": .projection,
    "signing_key": .projection, "signing_key_owner": .projection, "batch": .projection,
    "company_policy": .projection, "payment_approval": .projection,
    "company_closure": .projection, "reminder_settings": .projection,
    "licence": .projection, "package_grant": .projection, "phone": .projection,
    "bank_signing": .projection, "employee": .projection, "automation_employee": .projection,
    "access_cell": .projection,
    "onboarding": .projection, "payment_queue": .projection,
    "payment_event": .projection, "salary_batch": .projection, "transfer_setting": .projection,
    "supplier": .projection, "supplier_account": .projection, "supplier_event": .projection,
    "posting_setting": .projection,
    "duplicate_dismissal": .projection, "open_item": .projection,
    "session": .working, "bankid_order": .working, "message": .working, "work": .working,
    "sealing_key": .working, "phone_code": .working, "signing_code": .working,
  ]

  /// The tables that hold something of somebody's, journals first: a database with a row in one of
  /// them is not empty, though it may have no journal.
  package static let kept =
    ["stream", "fact", "blob"]
    + classes.filter { $0.value == .projection }.map(\.key).sorted()

  package static let migrations: [Migration] = [
    first, claims, checkpointWork, holds,
    sealingKeys,
    HoldSchema.counted,
    signingKeys,
    companyLife,
    AgreementSchema.lives,
    onboarding,
    board,
    PostingSchema.bundles,
    tokenScopes,
    AgreementSchema.conversion,
    policies,
    licences,
    phones,
    accessCells,
    paymentSearch,
    bankSignatures,
    redirectedOrders,
    BookingSchema.bookings,
    ReminderSchema.settings,
    suppliers,
    SalarySchema.salaries,
    transferSettings,
    SigningCodeSchema.codes,
    SalarySchema.board,
    PostingSchema.invoices,
    duplicates,
  ]

  /// Several servers share the work of one database (invariant O).
  private static let claims = Migration(
    2, "claims of work",
    """
    ALTER TABLE work ADD COLUMN claim_owner BLOB;
    ALTER TABLE work ADD COLUMN claim_end INTEGER;
    """)

  /// What was sent and then lost with an older copy of the database (invariant O).
  private static let holds = Migration(
    4, "holds of transfers",
    tables: [
      TenantTable("transfer_hold", .journal), TenantTable("hold_evidence", .journal),
      TenantTable("unknown_payment", .journal),
    ],
    """
    CREATE TABLE transfer_hold (
      bureau BLOB NOT NULL, company BLOB NOT NULL, hold_time INTEGER NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    CREATE TABLE hold_evidence (
      bureau BLOB NOT NULL, company BLOB NOT NULL, evidence_key TEXT NOT NULL,
      kind TEXT NOT NULL, body TEXT NOT NULL, released BOOLEAN NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, evidence_key)) STRICT;
    CREATE TABLE unknown_payment (
      bureau BLOB NOT NULL, company BLOB NOT NULL, end_to_end_id TEXT NOT NULL,
      finding TEXT NOT NULL, bank TEXT NOT NULL, message_id TEXT, creditor_name TEXT NOT NULL,
      account_form TEXT, account_text TEXT, amount_minor INTEGER, currency TEXT, reference TEXT,
      value_date TEXT, dismissed BOOLEAN NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, end_to_end_id)) STRICT;
    """)

  private static let first = Migration(
    1, "journal and features",
    tables: [
      TenantTable("stream", .journal),
      TenantTable("fact", .journal, appendOnly: true),
      TenantTable("blob", .company, appendOnly: true),
      TenantTable("request", .company),
      TenantTable("bureau", .bureau), TenantTable("app_user", .bureau),
      TenantTable("token", .bureau),
      TenantTable("company", .directory), TenantTable("role", .directory),
      TenantTable("credential", .platform), TenantTable("session", .platform),
      TenantTable("work", .platform),
      TenantTable("bankid_order", .bureau), TenantTable("message", .company),
      TenantTable("agreement", .company), TenantTable("consent", .company),
      TenantTable("invoice", .company), TenantTable("payment", .company),
      TenantTable("instruction", .company), TenantTable("transfer", .company),
      TenantTable("return_file", .company), TenantTable("alarm", .company),
      TenantTable("voucher", .company), TenantTable("voucher_line", .company),
    ],
    journalTables + tenancyTables + identityTables + agreementTables + paymentTables
      + bankTables)

  /// A bureau made since then gets its work with its first fact.
  private static let checkpointWork = Migration(
    3, "checkpoints of every bureau",
    """
    INSERT INTO work (bureau, company, kind, subject, due)
    SELECT bureau, bureau, 'checkpoint', bureau, 0 FROM bureau WHERE TRUE
    ON CONFLICT (bureau, company, kind, subject) DO NOTHING;
    """)

  private static let journalTables = """
    CREATE TABLE stream (
      bureau BLOB NOT NULL, company BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    CREATE TABLE fact (
      bureau BLOB NOT NULL, company BLOB NOT NULL, seq INTEGER NOT NULL, envelope BLOB NOT NULL,
      body BLOB NOT NULL, hash BLOB NOT NULL,
      PRIMARY KEY (bureau, company, seq)) STRICT;
    CREATE TABLE blob (
      bureau BLOB NOT NULL, company BLOB NOT NULL, digest BLOB NOT NULL, content BLOB NOT NULL,
      PRIMARY KEY (bureau, company, digest)) STRICT;
    CREATE TABLE request (
      bureau BLOB NOT NULL, company BLOB NOT NULL, request_id TEXT NOT NULL,
      digest BLOB NOT NULL, seq INTEGER NOT NULL, subject BLOB NOT NULL,
      PRIMARY KEY (bureau, company, request_id)) STRICT, WITHOUT ROWID;

    """

  private static let tenancyTables = """
    CREATE TABLE bureau (
      bureau BLOB NOT NULL, display_name TEXT NOT NULL, country_code TEXT NOT NULL,
      organisation_number TEXT NOT NULL, create_time INTEGER NOT NULL,
      PRIMARY KEY (bureau)) STRICT;
    CREATE TABLE company (
      bureau BLOB NOT NULL, company BLOB NOT NULL, display_name TEXT NOT NULL,
      country_code TEXT NOT NULL, organisation_number TEXT NOT NULL, street TEXT NOT NULL,
      postal_code TEXT NOT NULL, town TEXT NOT NULL, create_time INTEGER NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    CREATE UNIQUE INDEX company_number ON company (bureau, country_code, organisation_number);
    CREATE TABLE app_user (
      bureau BLOB NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL, display_name TEXT NOT NULL,
      email TEXT NOT NULL, national_id_digest BLOB, create_time INTEGER NOT NULL,
      PRIMARY KEY (bureau, id)) STRICT;
    CREATE UNIQUE INDEX app_user_person ON app_user (bureau, national_id_digest);
    CREATE TABLE role (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, app_user BLOB NOT NULL,
      role TEXT NOT NULL,
      PRIMARY KEY (bureau, id)) STRICT;
    CREATE UNIQUE INDEX role_user ON role (bureau, app_user, company, role);
    CREATE TABLE token (
      bureau BLOB NOT NULL, id BLOB NOT NULL, app_user BLOB NOT NULL,
      expire_time INTEGER NOT NULL, revoked BOOLEAN NOT NULL,
      PRIMARY KEY (bureau, id)) STRICT;

    """

  private static let identityTables = """
    CREATE TABLE credential (
      hash BLOB NOT NULL, bureau BLOB NOT NULL, company BLOB, token BLOB NOT NULL,
      app_user BLOB NOT NULL, expire_time INTEGER NOT NULL,
      PRIMARY KEY (hash)) STRICT;
    CREATE TABLE session (
      hash BLOB NOT NULL, bureau BLOB NOT NULL, company BLOB, id BLOB NOT NULL,
      app_user BLOB NOT NULL, start_time INTEGER NOT NULL, last_use_time INTEGER NOT NULL,
      PRIMARY KEY (hash)) STRICT;
    CREATE TABLE bankid_order (
      bureau BLOB NOT NULL, id BLOB NOT NULL, purpose TEXT NOT NULL, company BLOB,
      app_user BLOB, subjects BLOB NOT NULL, bank TEXT NOT NULL, visible_text TEXT NOT NULL,
      non_visible BLOB NOT NULL, order_ref TEXT NOT NULL, auto_start_token TEXT NOT NULL,
      qr_token TEXT NOT NULL, qr_secret TEXT NOT NULL, start_time INTEGER NOT NULL,
      state TEXT NOT NULL, hint TEXT NOT NULL, answer BLOB, answer_time INTEGER,
      results TEXT NOT NULL,
      PRIMARY KEY (bureau, id)) STRICT;
    CREATE TABLE message (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, mobile TEXT NOT NULL,
      email TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, secret TEXT NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE TABLE work (
      bureau BLOB NOT NULL, company BLOB NOT NULL, kind TEXT NOT NULL, subject BLOB NOT NULL,
      due INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, kind, subject)) STRICT;
    CREATE INDEX work_due ON work (due);

    """

  private static let agreementTables = """
    CREATE TABLE agreement (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL,
      state TEXT NOT NULL, bank TEXT NOT NULL, account_form TEXT NOT NULL,
      account_text TEXT NOT NULL, currency TEXT NOT NULL, signer_name TEXT NOT NULL,
      signer_mobile TEXT NOT NULL, signer_email TEXT NOT NULL, signer_digest BLOB NOT NULL,
      create_time INTEGER NOT NULL, sign_time INTEGER, link_hash BLOB, evidence BLOB,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE TABLE consent (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, app_user BLOB NOT NULL,
      bank TEXT NOT NULL, create_time INTEGER NOT NULL, expire_time INTEGER NOT NULL,
      revoke_time INTEGER, evidence BLOB NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;

    """

  private static let paymentTables = """
    CREATE TABLE invoice (
      bureau BLOB NOT NULL, company BLOB NOT NULL, supplier_key TEXT NOT NULL,
      number TEXT NOT NULL, id BLOB NOT NULL, payment BLOB NOT NULL,
      source_digest BLOB NOT NULL,
      PRIMARY KEY (bureau, company, supplier_key, number)) STRICT;
    CREATE TABLE payment (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL,
      invoice_number TEXT NOT NULL, supplier_key TEXT NOT NULL, creditor_name TEXT,
      creditor_country TEXT, account_form TEXT, account_text TEXT, bic TEXT,
      amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, reference_type TEXT,
      reference_text TEXT, due_date TEXT, account_as_written TEXT, reference_as_written TEXT,
      warnings TEXT NOT NULL, create_time INTEGER NOT NULL, signature BLOB,
      rejection_code TEXT, rejection_text TEXT, voucher BLOB, booking_date TEXT,
      held BOOLEAN NOT NULL, revision INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE INDEX payment_state ON payment (bureau, company, state, id);
    CREATE INDEX payment_supplier ON payment (bureau, company, supplier_key, state);
    CREATE TABLE instruction (
      bureau BLOB NOT NULL, company BLOB NOT NULL, payment BLOB NOT NULL,
      number INTEGER NOT NULL, state TEXT NOT NULL, transfer BLOB NOT NULL,
      PRIMARY KEY (bureau, company, payment, number)) STRICT;
    CREATE INDEX instruction_transfer ON instruction (bureau, company, transfer);

    """

  private static let bankTables = """
    CREATE TABLE transfer (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL,
      agreement BLOB NOT NULL, file_digest BLOB NOT NULL, execution_date TEXT NOT NULL,
      prepare_time INTEGER NOT NULL, deliver_time INTEGER,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE TABLE return_file (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL,
      message_id TEXT NOT NULL, file_digest BLOB NOT NULL, read_time INTEGER NOT NULL,
      applied_count INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE UNIQUE INDEX return_file_digest ON return_file (bureau, company, file_digest);
    CREATE TABLE alarm (
      bureau BLOB NOT NULL, company BLOB NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
      payment BLOB, return_file BLOB, body TEXT NOT NULL,
      PRIMARY KEY (bureau, company, seq)) STRICT;
    CREATE TABLE voucher (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, number INTEGER NOT NULL,
      voucher_date TEXT NOT NULL, payment BLOB NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE UNIQUE INDEX voucher_number ON voucher (bureau, company, number);
    CREATE TABLE voucher_line (
      bureau BLOB NOT NULL, company BLOB NOT NULL, voucher BLOB NOT NULL,
      line INTEGER NOT NULL, ledger_account TEXT NOT NULL, amount_minor INTEGER NOT NULL,
      currency TEXT NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (bureau, company, voucher, line)) STRICT;
    """
}
