// What is sealed in the database, as one list: for the server's start and for a change of keys.

import Domain
package import Engine
import Primitives

/// A text column whose values are sealed; an empty text is no secret.
package struct SealedColumn: Sendable {
  package let table: String
  package let column: String
  package let hasCompany: Bool

  /// Every such column. The row's id stands in the column `id`.
  package static let all = [
    SealedColumn(table: "message", column: "secret", hasCompany: true),
    SealedColumn(table: "bankid_order", column: "order_ref", hasCompany: false),
    SealedColumn(table: "bankid_order", column: "auto_start_token", hasCompany: false),
    SealedColumn(table: "bankid_order", column: "qr_token", hasCompany: false),
    SealedColumn(table: "bankid_order", column: "qr_secret", hasCompany: false),
    SealedColumn(table: "bankid_order", column: "open_url", hasCompany: false),
  ]
}

/// The master key does not fit the database.
package struct OtherMasterKey: Error, Equatable {
  /// Ids of the keys under which the database is sealed.
  package var needed: [String]
  /// Ids of the keys at hand.
  package var given: [String]

  package init(needed: [String], given: [String]) {
    self.needed = needed
    self.given = given
  }
}

package enum SealedSecrets {
  /// Refuses a box that lacks a key of the database, then brings every secret under its first key.
  /// Returns how many were sealed anew. Once at the start, before anything is served.
  /// - Parameter isOnly: forgets the other keys: from then on the first is enough.
  package static func take(
    _ box: SecretBox, in database: any Database, isOnly: Bool = false
  ) async throws -> Int {
    let known = try await ids(in: database)
    let given = box.keys.map(\.id)
    // Where several keys are at hand, the database must have met one: a pair of keys out of another
    // installation would otherwise be let in.
    let missing = known.filter { !given.contains($0) }
    guard missing.isEmpty else { throw OtherMasterKey(needed: known, given: given) }
    return try await database.alone { connection in
      var count = 0
      for column in SealedColumn.all { count += try reseal(column, with: box, on: connection) }
      if isOnly { try connection.execute("DELETE FROM main.sealing_key") }
      try connection.execute(
        """
        INSERT INTO main.sealing_key (id, bureau, company)
        VALUES (\(given[0]), \(ID<Bureau>?.none), \(ID<Company>?.none))
        ON CONFLICT (id) DO NOTHING
        """)
      return count
    }
  }

  /// The keys under which the database is sealed.
  package static func ids(in database: any Database) async throws -> [String] {
    try await database.read(as: .platform) { tx in
      try tx.rows("SELECT id FROM sealing_key ORDER BY id LIMIT 100", as: String.self)
    }
  }

  private static func reseal(
    _ sealed: SealedColumn, with box: SecretBox, on connection: any Connection
  ) throws -> Int {
    let table = sealed.table, column = sealed.column
    let company: SQL = sealed.hasCompany ? "company" : "NULL"
    let stale = try connection.rows(
      """
      SELECT bureau, \(company), id, \(verbatim: column) FROM \(verbatim: table)
      WHERE \(verbatim: column) <> \("")
        AND \(verbatim: column) NOT LIKE \(box.currentPrefix + "%")
      """, as: (ID<Bureau>, ID<Company>?, [UInt8], String).self)
    for (bureau, company, id, value) in stale {
      let place = SecretPlace(
        table: table, column: column, bureau: bureau, company: company, id: id)
      // What a program left that did not seal yet is taken as it is.
      let isSealed = (try? SecretBox.keyID(of: value)) != nil
      let secret: String = isSealed ? try box.open(value, at: place) : value
      let fresh = try box.seal(secret, at: place)
      let inCompany: SQL = company.map { " AND company = \($0)" } ?? ""
      try connection.execute(
        """
        UPDATE main.\(verbatim: table) SET \(verbatim: column) = \(fresh)
        WHERE bureau = \(bureau) AND id = \(id)\(inCompany)
        """)
    }
    return stale.count
  }
}
