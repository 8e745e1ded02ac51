// Many payments of one company handled by one command, each carried out or refused alone; the fact
// that says what became of each lets a repeat be answered the same (invariant O).

package import Primitives

/// What can be done with many payments at once.
package enum PaymentAction: String, Sendable, CaseIterable {
  case acknowledge, delete, restore, sign
}

/// What became of one payment of several.
package struct HandledPayment: Sendable, Equatable {
  package var payment: ID<Payment>
  /// nil: it was carried out.
  package var refusal: RecordedRefusal?

  package init(payment: ID<Payment>, refusal: RecordedRefusal? = nil) {
    self.payment = payment
    self.refusal = refusal
  }
}

package struct PaymentsHandled: Sendable, Equatable {
  package var action: PaymentAction
  package var items: [HandledPayment]

  package init(action: PaymentAction, items: [HandledPayment]) {
    self.action = action
    self.items = items
  }
}

package enum BulkRules {
  /// Payments of any companies in one call.
  package static let limit = 1_000

  /// The facts of all, those of one payment or a refusal after the other; first what became of
  /// each. Only a refusal concerns its payment alone, any other error ends all of it.
  package static func handling(
    _ action: PaymentAction, _ payments: [ID<Payment>],
    deciding decide: (ID<Payment>) throws -> [Fact]
  ) throws -> [Fact] {
    var items: [HandledPayment] = [], facts: [Fact] = []
    for payment in payments {
      do {
        facts += try decide(payment)
        items.append(HandledPayment(payment: payment))
      } catch let refusal as any Refusal {
        items.append(HandledPayment(payment: payment, refusal: RecordedRefusal(refusal)))
      }
    }
    return [.paymentsHandled(PaymentsHandled(action: action, items: items))] + facts
  }
}

/// Why a call about many payments is refused as a whole, in the order it is checked.
package enum BulkError: Refusal, Equatable {
  case actionMissing
  case empty
  case tooMany(limit: Int)

  package var kind: RefusalKind { .invalidArgument }

  package var reason: String {
    switch self {
    case .actionMissing: "BULK_ACTION_MISSING"
    case .empty: "BULK_EMPTY"
    case .tooMany: "BULK_TOO_LARGE"
    }
  }

  package var field: String? { self == .actionMissing ? "action" : "names" }

  package var message: String {
    switch self {
    case .actionMissing: "Say what to do with the payments: ACKNOWLEDGE, DELETE or UNDELETE."
    case .empty: "Name at least one payment."
    case .tooMany(let limit):
      "At most \(limit) payments are taken in one call; divide them. Nothing was done."
    }
  }
}
