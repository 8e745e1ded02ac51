import BureauAPI
import Domain
import SwiftProtobuf
import TestKit

extension Write {
  /// Companies and users after they were made.
  static let life = [
    write("TenancyService/UpdateCompany", Bureau_V1_UpdateCompanyRequest.self) { office in
      let company = try office.bureau.company.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.company.name = company
          request.company.displayName = variant.isOther ? "Andre AS" : "Nye AS"
          request.updateMask.paths = ["display_name"]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TenancyService/ActivateCompany", Bureau_V1_ActivateCompanyRequest.self) { office in
      let company = try await office.bureau.makeCompany("Sover AS", manually: true)
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = named(company.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TenancyService/CloseCompany", Bureau_V1_CloseCompanyRequest.self) { office in
      let company = try await office.bureau.makeCompany("Ferdig AS")
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = company.name
          request.reason = variant.isOther ? "Bankrupt" : "Moved to another bureau"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TenancyService/UpdateUser", Bureau_V1_UpdateUserRequest.self) { office in
      let user = office.kim.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.user.name = user
          request.user.displayName = variant.isOther ? "Kim B" : "Kim A"
          request.updateMask.paths = ["display_name"]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TenancyService/BlockUser", Bureau_V1_BlockUserRequest.self) { office in
      let user = office.kim.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = named(user, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TenancyService/UnblockUser", Bureau_V1_UnblockUserRequest.self) { office in
      let user = office.kim.name, robin = try office.bureau.administrator
      try await robin.blocks(office.kim)
      return (
        robin,
        { request, variant in
          request.name = named(user, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
