import Engine

// The guards of a table as PostgreSQL knows them: forced row-level security, so that it binds the
// owner too. A policy's name ends in a digest of its text: so a program sees by the names alone
// whether the guards are those it would write. A second policy opens a table to a transaction that
// has set app.unguarded, which only changes of the schema and snapshots of everything do.
//
// A row outside the scope can't be seen, so UPDATE and DELETE pass it by; INSERT is refused.

extension TenantTable {
  /// The policies' names and texts.
  var policies: [(name: String, text: String)] {
    let (visible, writable) = (kind.visible, kind.writable)
    return [
      ("read", "FOR SELECT USING (\(visible))"),
      ("insert", "FOR INSERT WITH CHECK (\(writable))"),
      ("update", "FOR UPDATE USING (\(writable)) WITH CHECK (\(writable))"),
      ("delete", "FOR DELETE USING (\(writable))"),
      ("open", "FOR ALL USING (current_setting('app.unguarded', true) = 'on')"),
    ].map { ("guard_\($0)_\(Self.digest($1))", $1) }
  }

  /// Puts the guards up, in place of those named `old`.
  func postgresGuards(replacing old: [String]) -> String {
    let drops = old.map { "DROP POLICY \"\($0)\" ON main.\"\(name)\";" }
    let creates = policies.map { "CREATE POLICY \($0) ON main.\"\(name)\" \($1);" }
    // Of its own tables an owner may take rights from itself.
    let rights = appendOnly ? "REVOKE UPDATE, DELETE, TRUNCATE" : "GRANT ALL"
    let direction = appendOnly ? "FROM" : "TO"
    return """
      ALTER TABLE main."\(name)" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      \(drops.joined())
      \(creates.joined())
      \(rights) ON main."\(name)" \(direction) CURRENT_USER;
      """
  }

  /// FNV-1a: it catches changes, not attackers.
  private static func digest(_ text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return String(hash, radix: 16)
  }
}

extension GuardKind {
  // Empty after the first transaction that has set it, null before.
  private static let ownBureau = "NULLIF(current_setting('app.bureau', true), '')::bytea"
  private static let ownCompany = "NULLIF(current_setting('app.company', true), '')::bytea"

  /// Which rows a scope sees.
  fileprivate var visible: String {
    let (b, c) = (Self.ownBureau, Self.ownCompany)
    return switch self {
    case .company: "bureau = \(b) AND (\(c) IS NULL OR company = \(c))"
    case .directory, .journal:
      "bureau = \(b) AND (\(c) IS NULL OR company = \(c) OR company = \(b))"
    case .bureau: "bureau = \(b)"
    case .platform:
      "\(b) IS NULL OR (bureau = \(b) AND (\(c) IS NULL OR company = \(c)))"
    }
  }

  /// Which rows a scope may write.
  fileprivate var writable: String {
    let (b, c) = (Self.ownBureau, Self.ownCompany)
    return switch self {
    case .company, .journal: "bureau = \(b) AND company = coalesce(\(c), \(b))"
    case .directory, .bureau: "bureau = \(b) AND \(c) IS NULL"
    case .platform: visible
    }
  }
}
