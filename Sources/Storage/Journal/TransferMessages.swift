import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension TransferPrepared {
  var message: Bureau_Facts_V1_TransferPrepared {
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
      $0.awaitsBankSignature = awaitsBankSignature
      $0.isSalary = isSalary
    }
  }

  init(_ m: Bureau_Facts_V1_TransferPrepared) throws {
    self.init(
      transfer: try m.transfer.id(), agreement: try m.agreement.id(),
      fileDigest: Array(m.fileDigest), executionDate: try m.executionDate.date(),
      items: try m.items.map { TransferItem(payment: try $0.payment.id(), number: Int($0.number)) },
      awaitsBankSignature: m.awaitsBankSignature, isSalary: m.isSalary)
  }
}

extension ReturnFileRead {
  var message: Bureau_Facts_V1_ReturnFileRead {
    .with {
      $0.returnFile = returnFile.data
      $0.kind = kind.rawValue
      $0.messageID = messageID
      $0.fileDigest = Data(fileDigest)
      $0.appliedCount = Int32(appliedCount)
      $0.bank = bank
      $0.salaryCount = Int32(salaryCount)
    }
  }

  init(_ m: Bureau_Facts_V1_ReturnFileRead) throws {
    self.init(
      returnFile: try m.returnFile.id(), kind: try m.kind.named(), messageID: m.messageID,
      fileDigest: Array(m.fileDigest), appliedCount: Int(m.appliedCount),
      bank: m.bank, salaryCount: Int(m.salaryCount))
  }
}

extension InstructionAccepted {
  var message: Bureau_Facts_V1_InstructionAccepted {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
      $0.status = status
    }
  }

  init(_ m: Bureau_Facts_V1_InstructionAccepted) throws {
    self.init(payment: try m.payment.id(), number: Int(m.number), status: m.status)
  }
}

extension PaymentRejected {
  var message: Bureau_Facts_V1_PaymentRejected {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
      $0.code = rejection.code
      $0.text = rejection.text
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentRejected) throws {
    self.init(
      payment: try m.payment.id(), number: Int(m.number),
      rejection: Rejection(code: m.code, text: m.text))
  }
}

extension PaymentPaid {
  var message: Bureau_Facts_V1_PaymentPaid {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
      $0.bookingDate = bookingDate.iso
      $0.bankReference = bankReference
      if let bookedAmount { $0.bookedAmount = bookedAmount.message }
      $0.feeMinorUnits = fee?.minorUnits ?? 0
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentPaid) throws {
    self.init(
      payment: try m.payment.id(), number: Int(m.number), bookingDate: try m.bookingDate.date(),
      bankReference: m.bankReference,
      bookedAmount: m.hasBookedAmount ? try Money(m.bookedAmount) : nil,
      fee: m.hasBookedAmount ? try Money(m.bookedAmount).fee(m.feeMinorUnits) : nil)
  }
}

extension PaymentBooked {
  var message: Bureau_Facts_V1_PaymentBooked {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
      $0.bookingDate = bookingDate.iso
      $0.bankReference = booking.bankReference
      $0.amount = booking.amount.message
      $0.feeMinorUnits = booking.fee?.minorUnits ?? 0
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentBooked) throws {
    self.init(
      payment: try m.payment.id(), number: Int(m.number), bookingDate: try m.bookingDate.date(),
      booking: Booking(
        amount: try Money(m.amount), bankReference: m.bankReference,
        fee: try Money(m.amount).fee(m.feeMinorUnits)))
  }
}

extension PaymentLost {
  var message: Bureau_Facts_V1_PaymentLost {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentLost) throws {
    self.init(payment: try m.payment.id(), number: Int(m.number))
  }
}

extension AlarmRaised {
  var message: Bureau_Facts_V1_AlarmRaised {
    .with {
      $0.kind = kind.rawValue
      $0.payment = payment?.data ?? Data()
      $0.returnFile = returnFile?.data ?? Data()
      $0.text = text
    }
  }

  init(_ m: Bureau_Facts_V1_AlarmRaised) throws {
    self.init(
      kind: try m.kind.named(), payment: try m.payment.optionalID(),
      returnFile: try m.returnFile.optionalID(), text: m.text)
  }
}

extension VoucherPosted {
  var message: Bureau_Facts_V1_VoucherPosted {
    .with {
      $0.voucher = voucher.id.data
      $0.number = voucher.number
      $0.date = voucher.date.iso
      $0.lines = voucher.lines.map { line in
        .with {
          $0.ledgerAccount = line.ledgerAccount.number
          $0.amount = line.amount.message
          $0.text = line.text
        }
      }
      $0.payments = voucher.payments.map(\.data)
      $0.postTimeUs = voucher.postTime?.microseconds ?? 0
      $0.isInvoice = voucher.isInvoice
      $0.isAutomatic = isAutomatic
    }
  }

  init(_ m: Bureau_Facts_V1_VoucherPosted) throws {
    self.init(
      voucher: Voucher(
        id: try m.voucher.id(), number: m.number, date: try m.date.date(),
        lines: try m.lines.map {
          VoucherLine(
            ledgerAccount: LedgerAccount(number: $0.ledgerAccount), amount: try Money($0.amount),
            text: $0.text)
        }, payments: try m.payments.map { try $0.id() },
        postTime: m.postTimeUs == 0 ? nil : m.postTimeUs.instant, isInvoice: m.isInvoice),
      isAutomatic: m.isAutomatic)
  }
}

extension Money {
  /// A fee beside this amount; 0: none.
  fileprivate func fee(_ minorUnits: Int64) -> Money? {
    minorUnits == 0 ? nil : Money(minorUnits: minorUnits, currency: currency)
  }
}

extension AutomaticPostingSet {
  var message: Bureau_Facts_V1_AutomaticPostingSet {
    .with {
      $0.agreement = agreement.data
      $0.mode = mode.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_AutomaticPostingSet) throws {
    self.init(agreement: try m.agreement.id(), mode: try m.mode.named())
  }
}
