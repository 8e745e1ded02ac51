/// Names one tenant, bureau or company: the sixteen bytes of its id.
package struct TenantKey: Hashable, Sendable {
  /// The bytes 0–7, big-endian.
  package let high: UInt64
  /// The bytes 8–15, big-endian.
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Exactly sixteen bytes, else `nil`.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    self.init(
      high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
      low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// The sixteen bytes.
  package var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
  }
}

extension TenantKey: CustomStringConvertible {
  package var description: String {
    func hex(_ half: UInt64) -> String {
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return hex(high) + hex(low)
  }
}

/// Whose rows a transaction may see and change; what that means for a table says `GuardKind`.
package enum Scope: Hashable, Sendable {
  /// Outside any tenant: sees `.platform` tables only.
  case platform
  /// All of one bureau; writes the bureau's own journal, whose company key is the bureau's key.
  case bureau(TenantKey)
  /// One company of a bureau.
  case company(bureau: TenantKey, company: TenantKey)

  /// The bureau, if the scope has one.
  package var bureau: TenantKey? {
    switch self {
    case .platform: nil
    case .bureau(let bureau), .company(let bureau, _): bureau
    }
  }

  /// The company, if the scope is limited to one.
  package var company: TenantKey? {
    guard case .company(_, let company) = self else { return nil }
    return company
  }
}

/// Which rows of a table each scope reads and writes.
///
/// "Own bureau" is the bureau of the scope. The bureau's own company has the bureau's key. In the
/// scope `.platform` every kind but `.platform` reads as empty and refuses writes.
///
/// | kind | columns | `.bureau` reads | `.company` reads | `.bureau` writes | `.company` writes |
/// |---|---|---|---|---|---|
/// | company | bureau, company | own bureau | own company | bureau's own company | own company |
/// | directory | bureau, company | own bureau | own + bureau's own company | own bureau | nothing |
/// | bureau | bureau | own bureau | own bureau | own bureau | nothing |
/// | journal | bureau, company | own bureau | own + bureau's own company | as company | own company |
/// | platform | bureau?, company? | own bureau | own company | own bureau | own company |
package enum GuardKind: String, CaseIterable, Sendable {
  case company, directory, bureau, journal, platform

  /// The columns that a table of this kind must have.
  package var columns: [String] { self == .bureau ? ["bureau"] : ["bureau", "company"] }
}

/// A table and its guard. Every table has one: a migration that leaves a table without is refused.
///
/// Reads name the table alone (`FROM payment`) and see only rows of the scope. Writes name it in
/// full (`INSERT INTO main.payment`, `UPDATE main.payment`, `DELETE FROM main.payment`) and give
/// the whole key (bureau, company, id) in their WHERE. A write that would touch a row outside the
/// scope is refused with `EngineError.tenant` where the engine can see that row (SQLite), and has
/// no effect where it can't (row-level security in PostgreSQL); it never changes that row.
package struct TenantTable: Sendable, Hashable {
  package let name: String
  package let kind: GuardKind
  /// Refuses UPDATE and DELETE for everyone, with `EngineError.check`.
  package let appendOnly: Bool

  package init(_ name: String, _ kind: GuardKind, appendOnly: Bool = false) {
    self.name = name
    self.kind = kind
    self.appendOnly = appendOnly
  }
}
