package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension PaymentService {
  /// Facts of one payment that are read at a time.
  private static let eventsAtOnce = 500

  package func listPaymentEvents(
    request: Bureau_V1_ListPaymentEventsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListPaymentEventsResponse {
    let (place, id) = try ResourceName.parse(
      request.parent, "payments", as: Payment.self, field: "parent")
    let after = request.pageToken.isEmpty ? 0 : Int64(request.pageToken)
    guard let after, after >= 0 else { throw NameError.pageTokenInvalid }
    let page = try Page<Never>(size: request.pageSize, token: "")
    let moment = try request.moment(now: commands.sources.now())
    // The journal is its own past: what came later is left out, nothing is replayed.
    return try await commands.read(context.method, by: context.caller, at: place) { tx, sight in
      guard try PaymentTables.load(id, of: place, for: sight, in: tx) != nil else {
        throw PaymentError.notFound
      }
      return try Self.events(of: id, at: place, after: after, page, until: moment, in: tx)
    }
  }

  /// Told from the first fact on, because a change is told against what was before.
  private static func events(
    of id: ID<Payment>, at place: Place, after: Int64, _ page: Page<Never>, until moment: Instant?,
    in tx: any Transaction
  ) throws -> Bureau_V1_ListPaymentEventsResponse {
    var answer = Bureau_V1_ListPaymentEventsResponse()
    var story = PaymentStory(of: id), names: [ID<User>: String] = [:]
    var last: Int64 = 0
    while true {
      let entries = try PaymentHistoryTables.entries(
        about: id, of: place, after: last, limit: eventsAtOnce, in: tx)
      for entry in entries {
        last = entry.sequence
        if let moment, entry.time > moment { return answer }
        let text = entry.fact.map { story.sentence($0) } ?? "What happened here was erased by law."
        guard entry.sequence > after, let text else { continue }
        if answer.events.count == page.size {
          answer.nextPageToken = String(answer.events.last?.sequence ?? 0)
          return answer
        }
        if let actor = entry.actor, names[actor] == nil {
          names[actor] = try TenancyTables.user(actor, of: place.bureau, in: tx)?.displayName ?? ""
        }
        answer.events.append(
          .with {
            $0.sequence = entry.sequence
            $0.createTime = entry.time.timestamp
            $0.kind = entry.fact?.name ?? ""
            $0.actor =
              entry.actor.map { ResourceName.child("users", $0, of: place.bureau) } ?? ""
            $0.actorDisplayName = entry.actor.flatMap { names[$0] } ?? ""
            $0.text = text
          })
      }
      if entries.count < eventsAtOnce { return answer }
    }
  }
}

extension Bureau_V1_ListPaymentEventsRequest: AsOfRequest {}
