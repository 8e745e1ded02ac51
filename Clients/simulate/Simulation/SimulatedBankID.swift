// Persons with BankID, without the cryptography: what somebody was shown and has signed is noted
// here, outside of the server, and the checks ask this note and not the server's.

import Crypto
import Domain
import Foundation
import Primitives
import Synchronization

/// What one person read and signed.
struct SignedText: Sendable {
  var person: PersonalNumber
  var text: String
  /// Each line of an approval: a payment's id and the digest of what was signed.
  var data: String
}

final class SimulatedBankID: IdentityProvider {
  private struct State {
    var orders: [String: (text: String, data: [UInt8])] = [:]
    var signers: [String: PersonalNumber] = [:]
    var signed: [SignedText] = []
  }

  private let state = Mutex(State())
  private let chance: ChanceSource

  init(_ chance: ChanceSource) { self.chance = chance }

  /// Everything that was signed, oldest first.
  var signed: [SignedText] { state.withLock(\.signed) }

  /// The person reads the order and signs it.
  func sign(_ order: String, as person: PersonalNumber) {
    state.withLock { state in
      guard let what = state.orders[order] else { return }
      state.signers[order] = person
      state.signed.append(
        SignedText(
          person: person, text: what.text, data: String(decoding: what.data, as: UTF8.self)))
    }
  }

  func startLogin(from address: String) async throws(IdentityError) -> OrderTicket {
    start("", [])
  }
  func startSignature(of text: String, data: [UInt8], from address: String)
    async throws(IdentityError) -> OrderTicket
  { start(text, data) }

  private func start(_ text: String, _ data: [UInt8]) -> OrderTicket {
    let order = chance.uuid().uuidString
    state.withLock { $0.orders[order] = (text, data) }
    return OrderTicket(
      orderRef: order, autoStartToken: order, qrStartToken: order, qrStartSecret: order)
  }

  func collect(_ orderRef: String) async throws(IdentityError) -> IdentityAnswer {
    guard let signer = state.withLock({ $0.signers[orderRef] }) else {
      return .pending(hint: "Open BankID.")
    }
    return .complete(Array("\(orderRef) \(signer.digits)".utf8))
  }

  func cancel(_ orderRef: String) async {}
  func qrText(_ ticket: OrderTicket, seconds: Int) -> String { ticket.orderRef }

  func verify(_ answer: [UInt8], of order: Order, key: NationalIDKey, at time: Instant)
    throws(IdentityError) -> Evidence
  {
    let parts = String(decoding: answer, as: UTF8.self).split(separator: " ").map(String.init)
    guard parts.count == 2, let what = state.withLock({ $0.orders[parts[0]] }),
      let person = try? PersonalNumber(parts[1])
    else { throw .otherContent }
    return Evidence(
      digest: Array(SHA256.hash(data: answer)), signer: key.digest(of: person),
      signerName: "Signer", visibleText: what.text, nonVisibleData: what.data, time: time)
  }
}
