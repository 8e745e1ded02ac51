package import Primitives

/// One file that the bank sent, as it was read.
package struct ReturnFile: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// pain.002
    case statusReport
    /// camt.054
    case notification
    case unreadable
  }

  package var id: ID<ReturnFile>
  package var kind: Kind
  package var messageID: String
  /// SHA-256 of the file.
  package var fileDigest: [UInt8]
  package var readTime: Instant
  /// How many of its answers changed a payment.
  package var appliedCount: Int
  package var alarms: [String]

  package init(
    id: ID<ReturnFile>, kind: Kind, messageID: String, fileDigest: [UInt8], readTime: Instant,
    appliedCount: Int, alarms: [String]
  ) {
    self.id = id
    self.kind = kind
    self.messageID = messageID
    self.fileDigest = fileDigest
    self.readTime = readTime
    self.appliedCount = appliedCount
    self.alarms = alarms
  }
}

package struct ReturnFileRead: Sendable, Equatable {
  package var returnFile: ID<ReturnFile>
  package var kind: ReturnFile.Kind
  package var messageID: String
  package var fileDigest: [UInt8]
  package var appliedCount: Int
  /// `BankProfile.id` of whom it came from; empty in journals of before.
  package var bank: String
  /// How many of the applied answers are about salaries.
  package var salaryCount: Int
  package init(
    returnFile: ID<ReturnFile>, kind: ReturnFile.Kind, messageID: String, fileDigest: [UInt8],
    appliedCount: Int, bank: String = "", salaryCount: Int = 0
  ) {
    self.returnFile = returnFile
    self.bank = bank
    self.salaryCount = salaryCount
    self.kind = kind
    self.messageID = messageID
    self.fileDigest = fileDigest
    self.appliedCount = appliedCount
  }
}

/// Something a person must look at. Nothing was changed because of it.
package struct AlarmRaised: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case unreadableFile, unknownMessage, unknownPayment, foreignAccount
    case rejectedAfterPaid, lateAnswer, doublePayment, amountDiffers, reversal, unknownStatus
    case duplicateRefused, sentBefore, bookedTwice
  }

  package var kind: Kind
  package var payment: ID<Payment>?
  package var returnFile: ID<ReturnFile>?
  package var text: String
  package init(kind: Kind, payment: ID<Payment>?, returnFile: ID<ReturnFile>?, text: String) {
    self.kind = kind
    self.payment = payment
    self.returnFile = returnFile
    self.text = text
  }
}

/// The bank has taken the instruction; no final answer yet.
package struct InstructionAccepted: Sendable, Equatable {
  package var payment: ID<Payment>
  package var number: Int
  package var status: String
  package init(payment: ID<Payment>, number: Int, status: String) {
    self.payment = payment
    self.number = number
    self.status = status
  }
}

package struct PaymentRejected: Sendable, Equatable {
  package var payment: ID<Payment>
  package var number: Int
  package var rejection: Rejection
  package init(payment: ID<Payment>, number: Int, rejection: Rejection) {
    self.payment = payment
    self.number = number
    self.rejection = rejection
  }
}

package struct PaymentPaid: Sendable, Equatable {
  package var payment: ID<Payment>
  package var number: Int
  package var bookingDate: CalendarDate
  /// The bank's reference for the entry; may be empty.
  package var bankReference: String
  /// What left the account; nil where a status tells of it, which names no amount.
  package var bookedAmount: Money?
  /// What the bank took for it on top.
  package var fee: Money?
  package init(
    payment: ID<Payment>, number: Int, bookingDate: CalendarDate, bankReference: String,
    bookedAmount: Money? = nil, fee: Money? = nil
  ) {
    self.payment = payment
    self.number = number
    self.bookingDate = bookingDate
    self.bankReference = bankReference
    self.bookedAmount = bookedAmount
    self.fee = fee
  }
}

/// The bank's entry about a sending that was known to be paid before: by a status, or by a person.
package struct PaymentBooked: Sendable, Equatable {
  package var payment: ID<Payment>
  package var number: Int
  package var bookingDate: CalendarDate
  package var booking: Booking
  package init(payment: ID<Payment>, number: Int, bookingDate: CalendarDate, booking: Booking) {
    self.payment = payment
    self.number = number
    self.bookingDate = bookingDate
    self.booking = booking
  }
}

/// No final answer: the money may have left or not.
package struct PaymentLost: Sendable, Equatable {
  package var payment: ID<Payment>
  package var number: Int
  package init(payment: ID<Payment>, number: Int) {
    self.payment = payment
    self.number = number
  }
}
