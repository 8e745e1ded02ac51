import Domain
import Facts
import Policies
import Primitives
import SwiftProtobuf

extension CompanyPolicySet {
  var message: Bureau_Facts_V1_CompanyPolicySet {
    .with {
      $0.approvers = Int32(policy.approvers)
      $0.perPayment = policy.perPayment.map(\.message)
      $0.perDay = policy.perDay.map(\.message)
      $0.makerMaySign = policy.makerMaySign
      $0.acknowledgeFirst = policy.acknowledgeFirst
      $0.payeeAccountChanges = policy.payeeAccountChanges.rawValue
      $0.payeeAccountConfirmation =
        policy.payeeAccountConfirmation == .secondPerson
        ? "" : policy.payeeAccountConfirmation.rawValue
      $0.seal = policy.seal.rawValue
      $0.examples = policy.examples.map(\.message)
      $0.smsMayNotSign = !policy.smsMaySign
      if let salary = policy.salary { $0.salary = salary.message }
    }
  }

  init(_ m: Bureau_Facts_V1_CompanyPolicySet) throws {
    self.init(
      policy: CompanyPolicy(
        approvers: Int(m.approvers), perPayment: try m.perPayment.map { try .init($0) },
        perDay: try m.perDay.map { try .init($0) }, makerMaySign: m.makerMaySign,
        acknowledgeFirst: m.acknowledgeFirst,
        payeeAccountChanges: try m.payeeAccountChanges.named(),
        payeeAccountConfirmation: m.payeeAccountConfirmation.isEmpty
          ? .secondPerson : try m.payeeAccountConfirmation.named(),
        seal: try m.seal.named(), smsMaySign: !m.smsMayNotSign,
        salary: m.hasSalary ? try CompanyPolicy.Salary(m.salary) : nil,
        examples: try m.examples.map { try .init($0) }))
  }
}

extension CompanyPolicy.Salary {
  var message: Bureau_Facts_V1_PolicySalary {
    .with {
      $0.approvers = Int32(approvers)
      $0.perPayment = perPayment.map(\.message)
      $0.perDay = perDay.map(\.message)
    }
  }

  init(_ m: Bureau_Facts_V1_PolicySalary) throws {
    self.init(
      approvers: Int(m.approvers), perPayment: try m.perPayment.map { try .init($0) },
      perDay: try m.perDay.map { try .init($0) })
  }
}

extension CompanyPolicy.Threshold {
  var message: Bureau_Facts_V1_PolicyLimit {
    .with {
      $0.above = above.message
      $0.approvers = Int32(approvers ?? 0)
      $0.nobody = approvers == nil
    }
  }

  init(_ m: Bureau_Facts_V1_PolicyLimit) throws {
    self.init(above: try Money(m.above), approvers: m.nobody ? nil : Int(m.approvers))
  }
}

extension PolicyExample {
  var message: Bureau_Facts_V1_PolicyExample {
    .with {
      $0.name = name
      $0.amount = asked.amount.message
      $0.signedTodayMinorUnits = asked.signedToday
      $0.acknowledged = asked.isAcknowledged
      $0.signerIsMaker = asked.isSignerMaker
      $0.salary = asked.isSalary
      switch expected {
      case .approvers(let count): $0.approvers = Int32(count)
      case .refused(let reason): $0.refused = reason
      }
    }
  }

  init(_ m: Bureau_Facts_V1_PolicyExample) throws {
    self.init(
      name: m.name,
      asked: PolicyCase(
        amount: try Money(m.amount), signedToday: m.signedTodayMinorUnits,
        isAcknowledged: m.acknowledged, isSignerMaker: m.signerIsMaker,
        isSalary: m.salary),
      expected: m.refused.isEmpty ? .approvers(Int(m.approvers)) : .refused(m.refused))
  }
}

extension PaymentPartlySigned {
  var message: Bureau_Facts_V1_PaymentPartlySigned {
    .with {
      $0.signed = PaymentSigned(payment: payment, signature: signature).message
      $0.required = Int32(required)
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentPartlySigned) throws {
    let signed = try PaymentSigned(m.signed)
    self.init(payment: signed.payment, signature: signed.signature, required: Int(m.required))
  }
}
