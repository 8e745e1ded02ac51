import Engine

// The guards of a table as SQLite knows them: a temporary view of the table's name that shadows it
// for reads, and temporary triggers that refuse writes of other tenants' rows. They belong to the
// connection: the file holds plain tables, and a newer program brings its own guards.
//
// A guard fails its statement without undoing it (FAIL, not ABORT): after a failure nothing counts
// but what undoes the whole command, and SQLite keeps no copies of pages to undo one statement by.

/// How the messages of guards begin.
enum Guard {
  static let tenant = "tenant: "
  static let appendOnly = "append-only: "
}

extension TenantTable {
  func sqliteGuards(writable: Bool) -> String {
    let view =
      "CREATE TEMP VIEW \"\(name)\" AS SELECT * FROM main.\"\(name)\" WHERE \(kind.visible);"
    guard writable else { return view }
    let columns = kind.columns.joined(separator: ", ")
    var triggers = [
      trigger("insert", "INSERT", unless: kind.writable("NEW"))
    ]
    if appendOnly {
      triggers.append(trigger("update", "UPDATE", refusal: Guard.appendOnly))
      triggers.append(trigger("delete", "DELETE", refusal: Guard.appendOnly))
    } else {
      triggers.append(trigger("update", "UPDATE", unless: kind.writable("OLD")))
      triggers.append(trigger("move", "UPDATE OF \(columns)", unless: kind.writable("NEW")))
      triggers.append(trigger("delete", "DELETE", unless: kind.writable("OLD")))
    }
    return view + triggers.joined()
  }

  private func trigger(
    _ what: String, _ event: String, unless allowed: String? = nil, refusal: String = Guard.tenant
  ) -> String {
    // IS NOT TRUE: a null key or a scope without tenant counts as refused.
    let condition = allowed.map { "WHEN (\($0)) IS NOT TRUE" } ?? ""
    return """
      CREATE TEMP TRIGGER "guard_\(name)_\(what)" BEFORE \(event) ON main."\(name)" \(condition)
      BEGIN SELECT RAISE(FAIL, '\(refusal)\(name)'); END;
      """
  }
}

extension GuardKind {
  /// Which rows a scope sees.
  fileprivate var visible: String {
    switch self {
    case .company:
      "bureau = app_bureau() AND (app_company() IS NULL OR company = app_company())"
    case .directory, .journal:
      """
      bureau = app_bureau() AND (app_company() IS NULL
        OR company = app_company() OR company = app_bureau())
      """
    case .bureau: "bureau = app_bureau()"
    case .platform:
      """
      app_bureau() IS NULL OR (bureau = app_bureau()
        AND (app_company() IS NULL OR company = app_company()))
      """
    }
  }

  /// Whether a scope may write `row` (NEW or OLD).
  fileprivate func writable(_ row: String) -> String {
    switch self {
    case .company, .journal:
      """
      \(row).bureau = app_bureau() AND \(row).company = coalesce(app_company(), app_bureau())
      """
    case .directory, .bureau: "\(row).bureau = app_bureau() AND app_company() IS NULL"
    case .platform:
      """
      app_bureau() IS NULL OR (\(row).bureau = app_bureau()
        AND (app_company() IS NULL OR \(row).company = app_company()))
      """
    }
  }
}
