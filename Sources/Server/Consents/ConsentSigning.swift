import Domain
import Engine
import Primitives
import Storage

extension ConsentService {
  /// The facts of a consent that was signed: all checks again, on what is true now.
  static func facts(
    _ order: Order, bank: String, invitation: ID<ConsentInvitation>?, by user: ID<User>,
    with evidence: Evidence, _ context: Commands.Context
  ) throws -> [Fact] {
    let tx = context.transaction, place = context.place
    if let invitation {
      // A link that was used, declined or replaced meanwhile works no more.
      guard let found = try InvitationTables.load(invitation, of: place, in: tx) else {
        throw ConsentError.linkRefused
      }
      try found.opening(linkHash: found.linkHash, at: evidence.time)
    }
    let asked = try Asked(user, bank: bank, startedAt: order.startTime, at: place, in: tx)
    guard evidence.visibleText == asked.text, evidence.nonVisibleData == asked.signedData else {
      throw ConsentError.textChanged
    }
    return ConsentRules.giving(
      ID(order.id.uuid), user: user, bank: bank, accounts: asked.accounts,
      startedAt: order.startTime, with: evidence)
  }
}
