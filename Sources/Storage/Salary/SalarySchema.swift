import Engine

enum SalarySchema {
  /// Salaries are payments with a batch; what others see is found without them. Queues of the board
  /// have never counted them, so their rows need no change.
  static let salaries = Migration(
    25, "salaries",
    tables: [TenantTable("salary_batch", .company)],
    """
    CREATE TABLE salary_batch (
      bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, pay_date TEXT NOT NULL,
      payment_count INTEGER NOT NULL, total_minor INTEGER NOT NULL, currency TEXT NOT NULL,
      create_time INTEGER NOT NULL, file_digest BLOB NOT NULL, content_digest BLOB NOT NULL,
      PRIMARY KEY (bureau, company, id)) STRICT;
    CREATE UNIQUE INDEX salary_batch_content
      ON salary_batch (bureau, company, content_digest);
    ALTER TABLE payment ADD COLUMN salary_batch BLOB;
    CREATE INDEX payment_salary ON payment (bureau, company, salary_batch, state, id)
      WHERE salary_batch IS NOT NULL;
    DROP INDEX payment_state;
    CREATE INDEX payment_state ON payment (bureau, company, state, id, salary_batch);
    DROP INDEX payment_open_due;
    CREATE INDEX payment_open_due ON payment (bureau, company, due_date)
      WHERE state IN ('proposalIncomplete', 'proposalComplete', 'proposalOpenItems',
        'acknowledged', 'error') AND salary_batch IS NULL;
    ALTER TABLE transfer ADD COLUMN is_salary BOOLEAN NOT NULL DEFAULT FALSE;
    ALTER TABLE return_file ADD COLUMN salary_count INTEGER NOT NULL DEFAULT 0;
    """)
}
