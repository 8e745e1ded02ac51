import BureauAPI
import Domain
import SwiftProtobuf
import TestKit
import Testing

extension Write {
  /// Licences, phones, employees and the access table.
  static let people = licences + phones

  private static let licences = [
    write("LicenceService/OrderLicence", Bureau_V1_OrderLicenceRequest.self) { office in
      // Before the terms are accepted an order takes the place of another.
      let bureau = try await TestBureau.founded(
        in: office.bureau.world, name: "Annet Regnskap AS", accepting: false)
      let robin = try bureau.administrator
      return (
        robin,
        { request, variant in
          request.parent = bureau.name
          request.licence.customerNumber = variant.isOther ? "7" : "8"
          request.licence.administratorName = "Robin"
          request.licence.administratorEmail = "robin@fjord.example"
          request.licence.packages = ["bank"]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("LicenceService/AcceptTerms", Bureau_V1_AcceptTermsRequest.self) { office in
      let other = try await TestBureau.founded(
        in: office.bureau.world, name: "Annet Regnskap AS", accepting: false)
      return (
        try other.administrator,
        { request, variant in
          request.parent = other.name
          request.version = variant.isOther ? "1999-01" : TermsOfService.version
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("LicenceService/UpdatePackages", Bureau_V1_UpdatePackagesRequest.self) { office in
      let company = try office.bureau.company.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.packages.parent = company
          request.packages.packages = [.with { $0.package = variant.isOther ? "messages" : "bank" }]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("AccessService/UpdateAccessCell", Bureau_V1_UpdateAccessCellRequest.self) { office in
      let bureau = office.bureau.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.parent = bureau
          request.method = "bureau.v1.PaymentService/AcknowledgePayment"
          request.role = variant.isOther ? .accountant : .approver
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]

  private static let phones = [
    write("PhoneService/UpdatePhone", Bureau_V1_UpdatePhoneRequest.self) { office in
      let parent = office.kim.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.number = variant.isOther ? "+46701234568" : "+46701234567"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PhoneService/ConfirmPhone", Bureau_V1_ConfirmPhoneRequest.self) { office in
      let parent = office.kim.name
      try await office.kim.entersPhone("+46701234567")
      let code = try #require(try await office.kim.codes(sentTo: "+46701234567").first)
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.code = variant.isOther ? "0" : code
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/ConfirmPaymentSignature", Bureau_V1_ConfirmPaymentSignatureRequest.self) {
      office in
      try await office.alex.canSignBySMS()
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.confirmsPayees(of: [payment.name])
      let (order, code) = try await office.alex.receives {
        try await office.alex.asksForCode(payment)
      }
      return (
        office.alex,
        { request, variant in
          request.name = order.name
          request.code = variant.isOther ? "0" : code
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PhoneService/UpdateBankSigning", Bureau_V1_UpdateBankSigningRequest.self) { office in
      let parent = try office.bureau.company.name, user = office.alex.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.parent = parent
          request.bankSigning.user = user
          request.bankSigning.number = variant.isOther ? "" : "+46701234567"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("EmployeeService/UpdateEmployee", Bureau_V1_UpdateEmployeeRequest.self) { office in
      let service = try await office.bureau.serviceUser("ERP"), user = office.kim.name
      return (
        office.kim,
        { request, variant in
          request.employee.user = user
          request.employee.serviceUser = variant.isOther ? "" : service.name
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "EmployeeService/UpdateAutomationEmployee", Bureau_V1_UpdateAutomationEmployeeRequest.self
    ) { office in
      let company = try office.bureau.company.name, user = office.kim.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.automationEmployee.company = company
          request.automationEmployee.chosenUser = variant.isOther ? "" : user
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
