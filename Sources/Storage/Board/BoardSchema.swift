import Engine

extension Schema {
  /// How many payments of a company stand in each state that somebody still has to do something in:
  /// counted as they move, because counting millions takes too long for a board.
  static let board = Migration(
    11, "queues of the board",
    tables: [TenantTable("payment_queue", .company)],
    """
    CREATE TABLE payment_queue (
      bureau BLOB NOT NULL, company BLOB NOT NULL,
      proposal_incomplete INTEGER NOT NULL, proposal_complete INTEGER NOT NULL,
      proposal_open_items INTEGER NOT NULL, acknowledged INTEGER NOT NULL,
      signed INTEGER NOT NULL, processing INTEGER NOT NULL, in_doubt INTEGER NOT NULL,
      error INTEGER NOT NULL, paid INTEGER NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    INSERT INTO payment_queue (bureau, company, proposal_incomplete, proposal_complete,
      proposal_open_items, acknowledged, signed, processing, in_doubt, error, paid)
    SELECT bureau, company,
      SUM(CASE WHEN state = 'proposalIncomplete' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'proposalComplete' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'proposalOpenItems' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'acknowledged' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'signed' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'processing' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'inDoubt' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'error' THEN 1 ELSE 0 END),
      SUM(CASE WHEN state = 'paid' THEN 1 ELSE 0 END)
    FROM payment GROUP BY bureau, company;
    CREATE INDEX payment_open_due ON payment (bureau, company, due_date)
      WHERE state IN ('proposalIncomplete', 'proposalComplete', 'proposalOpenItems',
        'acknowledged', 'error');
    """)

  /// Payments that wait for a signature in the bank's own online bank have a queue of their own.
  static let bankSignatures = Migration(
    20, "signatures at the bank",
    """
    ALTER TABLE payment_queue ADD COLUMN awaiting_bank_signature INTEGER NOT NULL DEFAULT 0;
    """)
}
