// The life of orders as a value: no I/O and no clock, each call is told what time it is.

import Crypto
import Foundation
import Primitives

struct SandboxOrderBook {
  /// No app has opened the order within this: startFailed.
  static let startSeconds = 30
  /// Not finished within this: expiredTransaction.
  static let lifeSeconds = 180
  /// How long a complete and a failed result can be collected.
  static let completeSeconds = 180
  static let failedSeconds = 300
  /// How old a QR code may be when it is scanned; it is redrawn each second.
  static let qrSeconds = 10
  static let maximumOrders = 10_000

  private(set) var orders: [String: SandboxOrder] = [:]

  /// Orders that wait for a person, oldest first.
  mutating func pending(now: Instant) -> [SandboxOrder] {
    advance(to: now)
    return orders.values.filter(\.isPending).sorted {
      ($0.created, $0.reference) < ($1.created, $1.reference)
    }
  }

  /// Adds an order. One in progress for the same person is aborted, and none is made.
  mutating func add(_ order: SandboxOrder, now: Instant) throws(BankIDRefusal) {
    advance(to: now)
    guard orders.count < Self.maximumOrders else { throw .full }
    let isBusy = order.required.map { cancelRivals(of: order.reference, for: $0, now: now) }
    if isBusy == true { throw .alreadyInProgress }
    orders[order.reference] = order
  }

  /// The state of an order; a result is given once and then forgotten.
  mutating func collect(
    _ reference: String, now: Instant
  ) throws(BankIDRefusal) -> SandboxOrder {
    advance(to: now)
    guard let order = orders[reference] else { throw .noSuchOrder }
    if !order.isPending { orders[reference] = nil }
    return order
  }

  mutating func cancel(_ reference: String, now: Instant) throws(BankIDRefusal) {
    advance(to: now)
    guard orders.removeValue(forKey: reference) != nil else { throw .noSuchOrder }
  }

  /// A person opens a pending order in the app.
  mutating func open(
    _ reference: String, by person: PersonalNumber, now: Instant
  ) throws(SandboxBankIDError) {
    advance(to: now)
    guard var order = orders[reference], order.isPending else { throw .noSuchOrder }
    if let required = order.required, required != person {
      // The documents say only that the order fails; the hint is our choice.
      fail(reference, .certificateErr, now: now)
      throw .otherPersonRequired
    }
    guard order.person == nil || order.person == person else { throw .openedByAnother }
    cancelRivals(of: reference, for: person, now: now)
    order.person = person
    order.state = .pending(.userSign)
    orders[reference] = order
  }

  /// Ends the person's other pending orders; says whether there were any.
  @discardableResult
  private mutating func cancelRivals(
    of reference: String, for person: PersonalNumber, now: Instant
  ) -> Bool {
    let rivals = orders.values.filter {
      $0.isPending && $0.holder == person && $0.reference != reference
    }
    for rival in rivals { fail(rival.reference, .cancelled, now: now) }
    return !rivals.isEmpty
  }

  /// Puts in the result; nothing happens if the order ended while the signature was made.
  mutating func complete(
    _ reference: String, by person: SandboxPerson, _ evidence: SandboxEvidence, now: Instant
  ) {
    advance(to: now)
    guard orders[reference]?.isPending == true else { return }
    orders[reference]?.state = .complete(person, evidence, at: now)
  }

  mutating func fail(_ reference: String, _ hint: SandboxOrder.FailedHint, now: Instant) {
    guard orders[reference]?.isPending == true else { return }
    orders[reference]?.state = .failed(hint, at: now)
  }

  /// The pending order that shows this QR code now.
  mutating func order(qr text: String, now: Instant) throws(SandboxBankIDError) -> SandboxOrder {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "bankid", let shown = Int(parts[2]) else {
      throw .badQR
    }
    guard let order = pending(now: now).first(where: { $0.qrStartToken == parts[1] }) else {
      throw .noSuchOrder
    }
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(parts[2].utf8), using: SymmetricKey(data: Data(order.qrStartSecret.utf8)))
    guard code.map({ ($0 < 16 ? "0" : "") + String($0, radix: 16) }).joined() == parts[3] else {
      throw .badQR
    }
    let age = order.created.seconds(until: now)
    guard shown <= age + 1, shown >= age - Self.qrSeconds else { throw .oldQR }
    return order
  }

  /// Lets time pass: every change that comes by itself.
  private mutating func advance(to now: Instant) {
    for (reference, order) in orders {
      switch order.state {
      case .pending:
        let age = order.created.seconds(until: now)
        if order.person == nil, age >= Self.startSeconds {
          let end = order.created.adding(seconds: Self.startSeconds)
          fail(reference, order.isPhone ? .expiredTransaction : .startFailed, now: end)
        } else if age >= Self.lifeSeconds {
          let end = order.created.adding(seconds: Self.lifeSeconds)
          fail(reference, .expiredTransaction, now: end)
        }
      case .complete(_, _, let end) where end.seconds(until: now) >= Self.completeSeconds:
        let late = end.adding(seconds: Self.completeSeconds)
        orders[reference]?.state = .failed(.expiredTransaction, at: late)
      case .complete, .failed: break
      }
      if case .failed(_, let end) = orders[reference]?.state,
        end.seconds(until: now) >= Self.failedSeconds
      {
        orders[reference] = nil
      }
    }
  }
}

/// Why the sandbox's app can't do what it was told.
package enum SandboxBankIDError: Error, Hashable, CustomStringConvertible {
  case noSuchOrder
  case unknownPerson
  case otherPersonRequired
  case openedByAnother
  case badQR
  case oldQR
  case signing(String)

  package var description: String {
    switch self {
    case .noSuchOrder: "no such order is waiting: list the pending orders"
    case .unknownPerson: "nobody in the sandbox has this personal number: use one of its people"
    case .otherPersonRequired: "the order is for another person: it has now failed"
    case .openedByAnother: "somebody else has this order open: wait, or make a new one"
    case .badQR: "this is not a QR text of the sandbox: give the whole text, bankid.….….…"
    case .oldQR: "the QR code is too old: scan the one shown now"
    case .signing(let why): "the sandbox could not sign: \(why)"
    }
  }
}
