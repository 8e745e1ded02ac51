// What a token can be limited to: groups of methods, or single methods. The groups follow from the
// access table, so that a new method is in one from the start.

import Domain
import Storage

/// A group of methods, as a token names it.
package enum Verb: String, CaseIterable, Sendable {
  /// Changes nothing.
  case read
  /// Documents come in.
  case `import`
  /// Sealed batches come in.
  case submit
  /// What there is is changed.
  case change
  /// Paid payments go into the books.
  case post
  /// What only roles in the whole bureau may.
  case administer
}

extension AccessRule {
  /// The group of the method; nil: no token's limits touch it, since anyone may call, or since it is
  /// about the caller's own session.
  package var verb: Verb? {
    if gate == .anyone { return nil }
    let parts = method.split(separator: "/")
    let name = parts.last ?? ""
    if parts.first == "bureau.v1.IdentityService", !leavesFact { return nil }
    if name.hasPrefix("Import") { return .import }
    if name.hasPrefix("Submit") { return .submit }
    let reads = ["Get", "List", "Read", "Resolve", "Export", "Verify"]
    if !leavesFact, reads.contains(where: name.hasPrefix) { return .read }
    if name.hasPrefix("Post") { return .post }
    if case .bureau = gate { return .administer }
    return .change
  }

  /// `PaymentService/GetPayment`
  package var shortMethod: String { String(method.dropFirst("bureau.v1.".count)) }

  /// Whether a token with this scope may be used here at all, and for this company.
  func admits(_ scope: TokenScope, at place: Place) throws(AccessError) {
    guard !scope.isOpen, let verb else { return }
    guard scope.allows(method: shortMethod, group: verb.rawValue) else {
      throw .outsideToken
    }
    if scope.companies.isEmpty { return }
    switch gate {
    // What is about the bureau shows of its companies only those of the token.
    case .anyone, .member:
      guard place.isBureau || scope.reaches(place.company) else { throw .denied }
    case .bureau: throw .denied
    case .company: guard scope.reaches(place.company) else { throw .denied }
    }
  }
}

extension AccessTable {
  /// All that a token may name.
  package static let verbs: Set<String> = Set(
    Verb.allCases.map(\.rawValue) + rules.filter { $0.verb != nil }.map(\.shortMethod))
}
