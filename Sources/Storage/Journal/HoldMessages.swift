import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension TransfersHeld {
  var message: Bureau_Facts_V1_TransfersHeld {
    .with {
      $0.evidence = evidence.map { evidence in
        .with {
          $0.kind = evidence.kind.rawValue
          $0.key = evidence.key
          $0.text = evidence.text
        }
      }
    }
  }

  init(_ m: Bureau_Facts_V1_TransfersHeld) throws {
    self.init(
      evidence: try m.evidence.map {
        HoldEvidence(try $0.kind.named(), key: $0.key, text: $0.text)
      })
  }
}

extension TransferRecovered {
  var message: Bureau_Facts_V1_TransferRecovered {
    .with {
      $0.transfer = transfer.data
      $0.agreement = agreement.data
      $0.fileDigest = Data(fileDigest)
      $0.executionDate = executionDate.iso
      $0.items = items.map { item in
        .with {
          $0.payment = item.payment.data
          $0.number = Int32(item.number)
        }
      }
      $0.isSalary = isSalary
    }
  }

  init(_ m: Bureau_Facts_V1_TransferRecovered) throws {
    self.init(
      transfer: try m.transfer.id(), agreement: try m.agreement.id(),
      fileDigest: Array(m.fileDigest), executionDate: try m.executionDate.date(),
      items: try m.items.map { TransferItem(payment: try $0.payment.id(), number: Int($0.number)) },
      isSalary: m.isSalary)
  }
}

extension UnknownPaymentFound {
  var message: Bureau_Facts_V1_UnknownPaymentFound {
    .with {
      $0.endToEndID = payment.endToEndID
      $0.finding = payment.finding.rawValue
      $0.bank = payment.bank
      $0.messageID = payment.messageID ?? ""
      $0.creditorName = payment.creditorName
      if let account = payment.creditorAccount { $0.creditorAccount = account.message }
      if let amount = payment.amount { $0.amount = amount.message }
      $0.reference = payment.reference ?? ""
      $0.date = payment.date?.iso ?? ""
    }
  }

  init(_ m: Bureau_Facts_V1_UnknownPaymentFound) throws {
    self.init(
      payment: UnknownPayment(
        endToEndID: m.endToEndID, finding: try m.finding.named(), bank: m.bank,
        messageID: m.messageID.isEmpty ? nil : m.messageID, creditorName: m.creditorName,
        creditorAccount: m.hasCreditorAccount ? try AccountNumber(m.creditorAccount) : nil,
        amount: m.hasAmount ? try Money(m.amount) : nil,
        reference: m.reference.isEmpty ? nil : m.reference,
        date: m.date.isEmpty ? nil : try m.date.date()))
  }
}

extension TransfersReleased {
  var message: Bureau_Facts_V1_TransfersReleased {
    .with {
      $0.digest = Data(digest)
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_TransfersReleased) {
    self.init(digest: Array(m.digest), reason: m.reason)
  }
}

extension UnknownPaymentDismissed {
  var message: Bureau_Facts_V1_UnknownPaymentDismissed {
    .with {
      $0.endToEndID = endToEndID
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_UnknownPaymentDismissed) {
    self.init(endToEndID: m.endToEndID, reason: m.reason)
  }
}
