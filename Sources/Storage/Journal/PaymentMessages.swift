import Domain
import Facts
import Formats
import Foundation
import Primitives
import SwiftProtobuf

extension InvoiceImported {
  var message: Bureau_Facts_V1_InvoiceImported {
    .with {
      $0.invoice = invoice.data
      $0.payment = payment.data
      $0.supplierKey = supplierKey
      $0.number = number
      $0.sourceDigest = Data(sourceDigest)
    }
  }

  init(_ m: Bureau_Facts_V1_InvoiceImported) throws {
    self.init(
      invoice: try m.invoice.id(), payment: try m.payment.id(), supplierKey: m.supplierKey,
      number: m.number, sourceDigest: Array(m.sourceDigest))
  }
}

extension PaymentTerms {
  var message: Bureau_Facts_V1_Terms {
    .with {
      $0.creditorName = creditorName ?? ""
      $0.creditorCountry = creditorCountry?.code ?? ""
      if let creditorAccount { $0.creditorAccount = creditorAccount.message }
      $0.creditorBic = creditorBIC?.text ?? ""
      $0.amount = amount.message
      if let reference { $0.reference = reference.message }
      $0.dueDate = dueDate?.iso ?? ""
    }
  }

  init(_ m: Bureau_Facts_V1_Terms) throws {
    self.init(
      creditorName: m.creditorName.isEmpty ? nil : m.creditorName,
      creditorCountry: m.creditorCountry.isEmpty ? nil : try CountryCode(m.creditorCountry),
      creditorAccount: m.hasCreditorAccount ? try AccountNumber(m.creditorAccount) : nil,
      creditorBIC: m.creditorBic.isEmpty ? nil : try BIC(m.creditorBic),
      amount: try Money(m.amount),
      reference: m.hasReference ? try PaymentReference(m.reference) : nil,
      dueDate: m.dueDate.isEmpty ? nil : try m.dueDate.date())
  }
}

extension PaymentProposed {
  var message: Bureau_Facts_V1_PaymentProposed {
    .with {
      $0.payment = payment.data
      $0.state = state.rawValue
      $0.invoiceNumber = invoiceNumber
      $0.supplierKey = supplierKey
      $0.terms = terms.message
      $0.accountAsWritten = asWritten.account ?? ""
      $0.referenceAsWritten = asWritten.reference ?? ""
      $0.warnings = warnings.map(\.rawValue)
      $0.maker = maker?.data ?? Data()
      $0.salaryBatch = salary?.data ?? Data()
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentProposed) throws {
    self.init(
      payment: try m.payment.id(), state: try m.state.named(), invoiceNumber: m.invoiceNumber,
      supplierKey: m.supplierKey, terms: try PaymentTerms(m.terms),
      asWritten: AsWritten(
        account: m.accountAsWritten.isEmpty ? nil : m.accountAsWritten,
        reference: m.referenceAsWritten.isEmpty ? nil : m.referenceAsWritten),
      warnings: try m.warnings.map { try $0.named() }, maker: try m.maker.optionalID(),
      salary: try m.salaryBatch.optionalID())
  }
}

extension PaymentChanged {
  var message: Bureau_Facts_V1_PaymentChanged {
    .with {
      $0.payment = payment.data
      $0.state = state.rawValue
      $0.terms = terms.message
      $0.maker = maker?.data ?? Data()
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentChanged) throws {
    self.init(
      payment: try m.payment.id(), state: try m.state.named(), terms: try PaymentTerms(m.terms),
      maker: try m.maker.optionalID())
  }
}

extension PaymentSigned {
  var message: Bureau_Facts_V1_PaymentSigned {
    .with {
      $0.payment = payment.data
      $0.user = signature.user.data
      $0.rendered = signature.rendered.message
      $0.agreement = signature.agreement.data
      $0.evidenceDigest = Data(signature.evidenceDigest)
      $0.signTimeUs = signature.signTime.microseconds
      $0.transferTimeUs = signature.transferTime.microseconds
      $0.method = signature.method == .bankID ? "" : signature.method.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentSigned) throws {
    let payment = try m.payment.id(Payment.self)
    self.init(
      payment: payment,
      signature: PaymentSignature(
        user: try m.user.id(), rendered: try RenderedPayment(m.rendered, of: payment),
        agreement: try m.agreement.id(), evidenceDigest: Array(m.evidenceDigest),
        signTime: m.signTimeUs.instant, transferTime: m.transferTimeUs.instant,
        method: m.method.isEmpty ? .bankID : try m.method.named()))
  }
}

extension RenderedPayment {
  var message: Bureau_Facts_V1_Rendered {
    .with {
      $0.bank = bank
      $0.profileVersion = Int32(profileVersion)
      $0.debtorAccount = debtorAccount.message
      $0.creditorName = creditorName
      $0.creditorAccount = creditorAccount.message
      $0.creditorBic = creditorBIC?.text ?? ""
      $0.amount = amount.message
      $0.reference = reference.message
      $0.dueDate = dueDate.iso
      $0.payeeMark = payeeMark?.rawValue ?? ""
      $0.categoryPurpose = categoryPurpose ?? ""
      $0.documents = documents.map { document in
        .with {
          $0.kind = document.kind.rawValue
          $0.number = document.number
          $0.amount = document.amount.message
        }
      }
    }
  }

  init(_ m: Bureau_Facts_V1_Rendered, of payment: ID<Payment>) throws {
    self.init(
      payment: payment, debtorAccount: try AccountNumber(m.debtorAccount),
      creditorName: m.creditorName, creditorAccount: try AccountNumber(m.creditorAccount),
      creditorBIC: m.creditorBic.isEmpty ? nil : try BIC(m.creditorBic),
      amount: try Money(m.amount), reference: try PaymentReference(m.reference),
      dueDate: try m.dueDate.date(), bank: m.bank, profileVersion: Int(m.profileVersion),
      payeeMark: m.payeeMark.isEmpty ? nil : try m.payeeMark.named(),
      categoryPurpose: m.categoryPurpose.isEmpty ? nil : m.categoryPurpose,
      documents: try m.documents.map {
        ReferredDocument(kind: try $0.kind.named(), number: $0.number, amount: try Money($0.amount))
      })
  }
}

extension PaymentRestored {
  var message: Bureau_Facts_V1_PaymentRestored {
    .with {
      $0.payment = payment.data
      $0.state = state.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentRestored) throws {
    self.init(payment: try m.payment.id(), state: try m.state.named())
  }
}

extension BankCheckRecorded {
  var message: Bureau_Facts_V1_BankCheckRecorded {
    .with {
      $0.payment = payment.data
      $0.number = Int32(number)
      $0.executed = executed
      $0.date = date.iso
    }
  }

  init(_ m: Bureau_Facts_V1_BankCheckRecorded) throws {
    self.init(
      payment: try m.payment.id(), number: Int(m.number), executed: m.executed,
      date: try m.date.date())
  }
}
