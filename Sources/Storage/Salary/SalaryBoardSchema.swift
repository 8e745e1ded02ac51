import Engine

extension SalarySchema {
  /// Salaries on the board, for those who see them: the few that are not over.
  static let board = Migration(
    28, "salaries on the board",
    """
    CREATE INDEX payment_salary_open ON payment (bureau, company, state)
      WHERE salary_batch IS NOT NULL AND state NOT IN ('posted', 'deleted');
    """)
}
