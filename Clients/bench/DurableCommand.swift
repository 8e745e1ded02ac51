import CBenchReference
import Engine
import EngineSQLite

/// The rows of one durable command, written through the engine. `reference.c` writes the same.
enum DurableCommand {
  static let bureau = TenantKey(high: 0xB0, low: 1)

  /// The shape of the data: how many companies, payments of each, and bytes of a fact.
  struct Shape: Sendable {
    var companies: UInt64 = 100
    var payments: UInt64 = 200
    var bodyBytes = 400
  }

  static let migrations = [
    Migration(
      1, "bench",
      tables: [
        TenantTable("stream", .journal), TenantTable("fact", .journal, appendOnly: true),
        TenantTable("request", .company), TenantTable("payment", .company),
        TenantTable("counter", .company),
      ],
      """
      CREATE TABLE stream (
        bureau BLOB NOT NULL, company BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY (bureau, company)) WITHOUT ROWID, STRICT;
      CREATE TABLE fact (
        bureau BLOB NOT NULL, company BLOB NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
        actor BLOB NOT NULL, request BLOB NOT NULL, previous BLOB NOT NULL, body BLOB NOT NULL,
        hash BLOB NOT NULL, PRIMARY KEY (bureau, company, seq)) WITHOUT ROWID, STRICT;
      CREATE TABLE request (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, digest BLOB NOT NULL,
        seq INTEGER NOT NULL, PRIMARY KEY (bureau, company, id)) WITHOUT ROWID, STRICT;
      CREATE TABLE payment (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL,
        version INTEGER NOT NULL, changed INTEGER NOT NULL, amount INTEGER NOT NULL,
        currency TEXT NOT NULL, creditor TEXT NOT NULL, iban TEXT NOT NULL,
        reference TEXT NOT NULL,
        PRIMARY KEY (bureau, company, id)) WITHOUT ROWID, STRICT;
      CREATE INDEX payment_state ON payment (bureau, company, state, changed);
      CREATE TABLE counter (
        bureau BLOB NOT NULL, company BLOB NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL,
        total INTEGER NOT NULL, PRIMARY KEY (bureau, company, state)) WITHOUT ROWID, STRICT;
      """)
  ]

  private static func company(_ number: UInt64) -> TenantKey {
    TenantKey(high: 0xC0, low: number)
  }

  private static func payment(_ number: UInt64, of company: UInt64) -> TenantKey {
    TenantKey(high: 0xD0 + company, low: number &* 0x9E37_79B9_7F4A_7C15)
  }

  static func scope(_ number: UInt64, _ shape: Shape) -> Scope {
    .company(bureau: bureau, company: company(number % shape.companies))
  }

  /// An empty journal and the payments of each company.
  static func fill(_ database: any Database, _ shape: Shape) async throws {
    for number in 0..<shape.companies {
      let company = company(number)
      try await database.write(as: .company(bureau: bureau, company: company)) { tx in
        try tx.execute(
          """
          INSERT INTO main.stream (bureau, company, seq, hash)
          VALUES (\(bureau), \(company), 0, \([UInt8](repeating: 0, count: 32)))
          """)
        for item in 0..<shape.payments {
          try tx.execute(
            """
            INSERT INTO main.payment (bureau, company, id, state, version, changed, amount,
              currency, creditor, iban, reference)
            VALUES (\(bureau), \(company), \(payment(item, of: number)), 'draft', 0, 0, 125000,
              'SEK', 'Elbolaget AB', 'SE4550000000058398257466', '0042198765432108')
            """)
        }
      }
    }
  }

  static func run(_ number: UInt64, _ shape: Shape, _ tx: any Transaction) throws -> Int {
    let home = number % shape.companies
    let company = company(home)
    let payment = payment((number / shape.companies) % shape.payments, of: home)
    let request = TenantKey(high: number &* 0x9E37_79B9_7F4A_7C15, low: number)
    let actor = TenantKey(high: 0xA0, low: number % 7)
    let byte = UInt8(truncatingIfNeeded: number)
    let digest = [UInt8](repeating: byte, count: 32)
    let body = [UInt8](repeating: byte, count: shape.bodyBytes)
    let at = 1_789_000_000_000_000 + Int(number)
    let state = number & 1 == 1 ? "signed" : "approved"

    let head = try tx.first(
      """
      UPDATE main.stream SET seq = seq WHERE bureau = \(bureau) AND company = \(company)
      RETURNING seq, hash
      """, as: (Int, [UInt8]).self)
    guard let (last, previous) = head else { throw EngineError.engine("no stream") }
    let seq = last + 1
    try tx.execute(
      """
      INSERT INTO main.request (bureau, company, id, digest, seq)
      VALUES (\(bureau), \(company), \(request), \(digest), \(seq))
      """)
    try tx.execute(
      """
      INSERT INTO main.fact (bureau, company, seq, at, actor, request, previous, body, hash)
      VALUES (\(bureau), \(company), \(seq), \(at), \(actor), \(request), \(previous), \(body),
        \(digest))
      """)
    try tx.execute(
      """
      UPDATE main.payment SET state = \(state), version = \(seq), changed = \(at)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
    try tx.execute(
      """
      INSERT INTO main.counter (bureau, company, state, n, total)
      VALUES (\(bureau), \(company), \(state), 1, \(Int(number % 1000)))
      ON CONFLICT (bureau, company, state)
      DO UPDATE SET n = counter.n + 1, total = counter.total + excluded.total
      """)
    try tx.execute(
      """
      UPDATE main.stream SET seq = \(seq), hash = \(digest)
      WHERE bureau = \(bureau) AND company = \(company)
      """)
    return seq
  }
}
