package import Domain
package import Engine
package import Primitives

extension ConsentTables {
  /// One user's own in all companies of the bureau, newest first; for the scope of the bureau.
  package static func own(
    _ user: ID<User>, of bureau: ID<Bureau>, limit: Int, in tx: any Transaction
  ) throws -> [(place: Place, consent: Consent)] {
    let found = try tx.rows(
      """
      SELECT company, id FROM consent WHERE bureau = \(bureau) AND app_user = \(user)
      ORDER BY create_time DESC, id LIMIT \(limit)
      """, as: (ID<Company>, ID<Consent>).self)
    return try found.compactMap { company, id in
      let place = Place(bureau: bureau, company: company)
      return try load(id, of: place, in: tx).map { (place, $0) }
    }
  }
}
