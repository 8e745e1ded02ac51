// A login at a bureau that does not exist looks like one at a bureau that does: an order is named, a
// code is shown, and nobody ever signs it. Nothing is stored and BankID is not asked. The order's
// name tells this server's own decoys, so that whichever server is asked says the same.

import Crypto
import Domain
import Foundation
import Primitives

struct DecoyOrders: Sendable {
  private let key: SymmetricKey
  /// BankID's own patience with an order that no phone picks up.
  static let patienceSeconds = 30
  /// Longer than anybody looks.
  private static let lifeSeconds = 3_600

  init(_ key: NationalIDKey) { self.key = SymmetricKey(data: key.purposeBytes("decoy-orders/v1")) }

  /// - Parameter random: six bytes.
  func make(_ eid: Eid, of bureau: ID<Bureau>, random: [UInt8], at time: Instant) -> ID<Order>? {
    let seconds = UInt32(truncatingIfNeeded: time.microseconds / 1_000_000)
    return id(eid, bureau, seconds: seconds, random: random)
  }

  /// With which identity a decoy was started, and when; nil: it is none.
  func start(of order: ID<Order>, at bureau: ID<Bureau>, now: Instant) -> (Eid, Instant)? {
    let bytes = order.bytes, random = Array(bytes[10...])
    let mask = code("mask", bureau, random)
    let seconds = zip(bytes[0..<4], mask).reduce(UInt32(0)) { $0 << 8 | UInt32($1.0 ^ $1.1) }
    let eid = Eid.allCases.first {
      id($0, bureau, seconds: seconds, random: random) == order
    }
    guard let eid else { return nil }
    let start = Instant(microseconds: Int64(seconds) * 1_000_000)
    guard start <= now, start.adding(seconds: Self.lifeSeconds) > now else { return nil }
    return (eid, start)
  }

  /// What stands for BankID's side: the same for each collect.
  func ticket(of order: ID<Order>) -> OrderTicket {
    func token(_ purpose: String) -> String {
      var bytes = Array(
        HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8) + order.bytes, using: key)
          .prefix(16))
      Self.shape(&bytes)
      return (ID<Order>(bytes: bytes)?.uuid.uuidString ?? "").lowercased()
    }
    return OrderTicket(
      orderRef: "", autoStartToken: token("auto-start"), qrStartToken: token("qr-token"),
      qrStartSecret: token("qr-secret"))
  }

  private func id(_ eid: Eid, _ bureau: ID<Bureau>, seconds: UInt32, random: [UInt8]) -> ID<Order>?
  {
    guard random.count == 6 else { return nil }
    let time = (0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * $0)) }
    let masked = zip(time, code("mask", bureau, random)).map { $0 ^ $1 }
    var bytes = masked + code("mark \(eid.rawValue)", bureau, time + random).prefix(6) + random
    Self.shape(&bytes)
    return ID(bytes: bytes)
  }

  /// As random ids are (RFC 9562, version 4).
  private static func shape(_ bytes: inout [UInt8]) {
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
  }

  private func code(_ purpose: String, _ bureau: ID<Bureau>, _ more: [UInt8]) -> [UInt8] {
    Array(
      HMAC<SHA256>.authenticationCode(
        for: Array("\(purpose)\n".utf8) + bureau.bytes + more, using: key))
  }
}
