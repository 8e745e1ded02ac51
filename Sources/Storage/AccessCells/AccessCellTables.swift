package import Domain
package import Engine
package import Primitives

extension Schema {
  static let accessCells = Migration(
    18, "cells of the access table", tables: [TenantTable("access_cell", .bureau)],
    """
    CREATE TABLE access_cell (
      bureau BLOB NOT NULL, method TEXT NOT NULL, role TEXT NOT NULL, allowed BOOLEAN NOT NULL,
      PRIMARY KEY (bureau, method, role)) STRICT;
    """)
}

extension Projection {
  func apply(_ fact: AccessCellSet) throws {
    try transaction.execute(
      """
      INSERT INTO main.access_cell (bureau, method, role, allowed)
      VALUES (\(bureau), \(fact.method), \(fact.role.rawValue), \(fact.isAllowed))
      ON CONFLICT (bureau, method, role) DO UPDATE SET allowed = excluded.allowed
      """)
  }
}

package enum AccessCellTables {
  /// A bureau's own cells, by method.
  package static func all(of bureau: ID<Bureau>, in tx: any Transaction) throws
    -> [String: [Role: Bool]]
  {
    var cells: [String: [Role: Bool]] = [:]
    let rows = try tx.rows(
      """
      SELECT method, role, allowed FROM access_cell WHERE bureau = \(bureau)
      ORDER BY method, role LIMIT 10000
      """, as: (String, Role, Bool).self)
    for (method, role, allowed) in rows { cells[method, default: [:]][role] = allowed }
    return cells
  }
}
