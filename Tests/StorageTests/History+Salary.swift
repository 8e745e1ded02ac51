import Domain
import Policies
import Primitives

extension History {
  static let salary: ID<Payment> = key(46)
  static let salaryBatch: ID<SalaryBatch> = key(45)

  private var rendered: RenderedPayment {
    var rendered = signature(Self.salary).rendered
    rendered.categoryPurpose = SalaryBatch.categoryPurpose
    return rendered
  }

  /// A salary from its file to the bank's answer, and numbers of the policy for it.
  var salaryFacts: [[Fact]] {
    var terms = terms
    terms.reference = .message("Salary \(mark)")
    var signature = signature(Self.salary)
    signature.rendered = rendered
    return [
      [
        .salaryBatchImported(
          SalaryBatchImported(
            batch: Self.salaryBatch, format: .csv, fileDigest: hash(45), contentDigest: hash(mark),
            payDate: day("2026-03-25"), paymentCount: 1, total: terms.amount)),
        .paymentProposed(
          PaymentProposed(
            payment: Self.salary, state: .proposalComplete, invoiceNumber: "7 \(mark)",
            supplierKey: SalaryBatch.supplierKey, terms: terms, asWritten: AsWritten(),
            warnings: [], maker: person.id, salary: Self.salaryBatch)),
      ],
      [.paymentSigned(PaymentSigned(payment: Self.salary, signature: signature))],
      [
        .transferPrepared(
          TransferPrepared(
            transfer: key(53), agreement: Self.agreementID, fileDigest: hash(53),
            executionDate: day("2026-03-31"),
            items: [TransferItem(payment: Self.salary, number: 1)], isSalary: true)),
        .transferDelivered(TransferDelivered(transfer: key(53))),
      ],
      [
        .returnFileRead(
          ReturnFileRead(
            returnFile: key(93), kind: .notification, messageID: "BANK-\(mark)",
            fileDigest: hash(93), appliedCount: 1, bank: "dnb", salaryCount: 1)),
        .paymentLost(PaymentLost(payment: Self.salary, number: 1)),
        .alarmRaised(
          AlarmRaised(
            kind: .lateAnswer, payment: Self.salary, returnFile: key(91),
            text: "Look at salary \(mark).")),
      ],
      [
        .companyPolicySet(
          CompanyPolicySet(
            policy: CompanyPolicy(
              salary: .init(
                approvers: 2, perPayment: [.init(above: .nok(100), approvers: 3)],
                perDay: [.init(above: .nok(900), approvers: nil)]),
              examples: [
                PolicyExample(
                  name: "salary \(mark)", asked: PolicyCase(amount: .nok(1), isSalary: true),
                  expected: .approvers(2))
              ])))
      ],
    ]
  }
}
