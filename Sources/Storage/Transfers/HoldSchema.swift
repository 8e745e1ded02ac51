import Engine

enum HoldSchema {
  /// Holds are counted over all tenants, for operators: one row of `work` each, due never
  /// (`Work.parked`). And due work is found by bureau, so that each gets its turn.
  static let counted = Migration(
    6, "holds are counted, work by bureau",
    """
    CREATE INDEX work_bureau ON work (bureau, due);
    INSERT INTO work (bureau, company, kind, subject, due)
    SELECT bureau, company, 'hold', company, 253402300799000000 FROM transfer_hold WHERE TRUE
    ON CONFLICT (bureau, company, kind, subject) DO NOTHING;
    """)
}
