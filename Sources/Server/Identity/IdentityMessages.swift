import BureauAPI
import Domain
import Primitives
import Storage
import SwiftProtobuf

extension Bureau_V1_Order {
  init(_ status: Orders.Status, of bureau: ID<Bureau>, _ limits: Session.Limits) {
    self.init()
    let order = status.stored.order
    name = ResourceName.child("orders", order.id, of: bureau)
    state =
      switch order.state {
      case .pending: .pending
      case .complete: .complete
      case .failed: .failed
      }
    purpose =
      switch order.purpose {
      case .login: .login
      case .agreement: .agreement
      case .consent: .consent
      case .payments, .bulkPayments: .payments
      }
    qrText = status.qrText
    autoStartToken = order.state == .pending ? status.stored.ticket.autoStartToken : ""
    eid =
      switch order.eid {
      case .bankIDSE: .bankidSe
      case .bankIDNO: .bankidNo
      }
    openURL = status.openURL
    hint = status.stored.hint
    visibleText = order.visibleText
    method = .init(order.method)
    if order.method == .sms {
      maskedNumber = status.stored.maskedNumber
      codeExpireTime = order.startTime.adding(minutes: SigningCode.lifetimeMinutes).timestamp
    }
    results = status.stored.results
    refusals = status.stored.refusals.map { item in
      let failure = ErrorMapping.failure(for: item.refusal, requestID: order.id.hex)
      return .with {
        $0.name = item.name
        $0.error = (try? Google_Rpc_Status(failure)) ?? .init()
      }
    }
    if let started = status.session {
      session = Bureau_V1_Session(started.session, started.user, of: bureau, limits)
      session.token = started.secret
    }
  }
}

extension Bureau_V1_Order.Method {
  init(_ method: SigningMethod) {
    switch method {
    case .bankID: self = .bankid
    case .sms: self = .smsCode
    }
  }
}

extension Eid {
  /// nil: the server's first.
  init?(_ message: Bureau_V1_Eid) {
    switch message {
    case .bankidSe: self = .bankIDSE
    case .bankidNo: self = .bankIDNO
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }
}

extension Bureau_V1_Session {
  init(_ session: Session, _ user: User, of bureau: ID<Bureau>, _ limits: Session.Limits) {
    self.init()
    name = ResourceName.child("sessions", session.id, of: bureau)
    self.user = ResourceName.child("users", user.id, of: bureau)
    displayName = user.displayName
    expireTime = session.expireTime(limits).timestamp
    startTime = session.startTime.timestamp
    lastUseTime = session.lastUseTime.timestamp
  }

  /// The session of a call; a service user has none, only its name.
  init(_ caller: Caller, _ user: User, _ limits: Session.Limits) {
    self.init()
    if let session = caller.session {
      self.init(session, user, of: caller.bureau, limits)
      current = true
    } else {
      self.user = ResourceName.child("users", user.id, of: caller.bureau)
      displayName = user.displayName
    }
  }
}

extension Instant {
  var timestamp: Google_Protobuf_Timestamp {
    let seconds = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let isNegative = seconds.remainder < 0
    return Google_Protobuf_Timestamp(
      seconds: seconds.quotient - (isNegative ? 1 : 0),
      nanos: Int32((seconds.remainder + (isNegative ? 1_000_000 : 0)) * 1000))
  }

  init(_ timestamp: Google_Protobuf_Timestamp) {
    // Bounded to the years that `Instant` knows; a wild value is refused by the rules.
    let seconds = min(max(timestamp.seconds, -60_000_000_000), 250_000_000_000)
    self.init(microseconds: seconds * 1_000_000 + Int64(timestamp.nanos) / 1000)
  }
}
