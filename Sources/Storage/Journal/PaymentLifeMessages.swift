import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension PaymentsHandled {
  var message: Bureau_Facts_V1_PaymentsHandled {
    .with {
      $0.action = action.rawValue
      $0.items = items.map { item in
        .with {
          $0.payment = item.payment.data
          guard let refusal = item.refusal else { return }
          $0.kind = refusal.kind.rawValue
          $0.reason = refusal.reason
          $0.field = refusal.field ?? ""
          $0.message = refusal.message
        }
      }
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentsHandled) throws {
    self.init(
      action: try m.action.named(),
      items: try m.items.map { item in
        HandledPayment(
          payment: try item.payment.id(),
          refusal: item.reason.isEmpty
            ? nil
            : RecordedRefusal(
              kind: try item.kind.named(), reason: item.reason,
              field: item.field.isEmpty ? nil : item.field, message: item.message))
      })
  }
}

extension BankSignatureGiven {
  var message: Bureau_Facts_V1_BankSignatureGiven {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
      $0.status = status
    }
  }

  init(_ m: Bureau_Facts_V1_BankSignatureGiven) throws {
    self.init(payment: try m.payment.id(), number: Int(m.number), status: m.status)
  }
}
