// The two marks of each user: the company's agreement, and the user's own consent (C-05…C-07).

package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension ConsentService {
  package func getConnectionMarks(
    request: Bureau_V1_GetConnectionMarksRequest, context: ServerContext
  ) async throws -> Bureau_V1_ConnectionMarks {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let time = moment ?? now
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      let marks = ConnectionMarks(
        agreements: try AgreementTables.active(of: place, in: tx),
        consents: try ConsentTables.counting(at: time, of: place, in: tx), at: time)
      let users = try TenancyTables.people(with: place.company, of: place.bureau, in: tx)
      return Bureau_V1_ConnectionMarks(marks, users, of: place.bureau)
    }
  }
}

extension Bureau_V1_ConnectionMarks {
  init(_ marks: ConnectionMarks, _ users: [User], of bureau: ID<Bureau>) {
    self.init()
    integration = marks.integration
    bankData = marks.bankData
    self.users = users.map { user in
      let own = marks.consents(of: user.id)
      return .with {
        $0.user = ResourceName.child("users", user.id, of: bureau)
        $0.displayName = user.displayName
        $0.integration = marks.integration
        $0.consent = !own.isEmpty
        if let first = own.map(\.expireTime).min() { $0.consentExpireTime = first.timestamp }
        $0.banks = Set(own.map(\.bank)).sorted()
      }
    }
  }
}
