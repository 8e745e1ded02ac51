import Engine

extension Schema {
  static let phones = Migration(
    17, "phones and employees",
    tables: [
      TenantTable("phone", .bureau), TenantTable("phone_code", .bureau),
      TenantTable("bank_signing", .company), TenantTable("employee", .bureau),
      TenantTable("automation_employee", .company),
    ],
    """
    CREATE TABLE phone (
      bureau BLOB NOT NULL, app_user BLOB NOT NULL, number TEXT NOT NULL,
      confirmed BOOLEAN NOT NULL,
      PRIMARY KEY (bureau, app_user)) STRICT;
    CREATE TABLE phone_code (
      bureau BLOB NOT NULL, app_user BLOB NOT NULL, number TEXT NOT NULL, digest BLOB NOT NULL,
      tries_left INTEGER NOT NULL, send_time INTEGER NOT NULL, hour_start INTEGER NOT NULL,
      sent_in_hour INTEGER NOT NULL,
      PRIMARY KEY (bureau, app_user)) STRICT;
    CREATE TABLE bank_signing (
      bureau BLOB NOT NULL, company BLOB NOT NULL, app_user BLOB NOT NULL, number TEXT NOT NULL,
      PRIMARY KEY (bureau, company, app_user)) STRICT;
    CREATE TABLE employee (
      bureau BLOB NOT NULL, app_user BLOB NOT NULL, service_user BLOB NOT NULL,
      PRIMARY KEY (bureau, app_user)) STRICT;
    CREATE UNIQUE INDEX employee_service_user ON employee (bureau, service_user);
    CREATE TABLE automation_employee (
      bureau BLOB NOT NULL, company BLOB NOT NULL, app_user BLOB NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    """)
}
