import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension BureauCreated {
  var message: Bureau_Facts_V1_BureauCreated {
    .with {
      $0.bureau = bureau.id.data
      $0.displayName = bureau.displayName
      $0.organisationNumber = bureau.organisationNumber.digits
      $0.countryCode = bureau.organisationNumber.country.code
      $0.createTimeUs = bureau.createTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_BureauCreated) throws {
    self.init(
      bureau: Bureau(
        id: try m.bureau.id(), displayName: m.displayName,
        organisationNumber: try OrganisationNumber(
          m.organisationNumber, country: CountryCode(m.countryCode)),
        createTime: m.createTimeUs.instant))
  }
}

extension CompanyCreated {
  var message: Bureau_Facts_V1_CompanyCreated {
    .with {
      $0.company = company.id.data
      $0.displayName = company.displayName
      $0.organisationNumber = company.organisationNumber.digits
      $0.countryCode = company.organisationNumber.country.code
      $0.street = company.street
      $0.postalCode = company.postalCode
      $0.town = company.town
      $0.createTimeUs = company.createTime.microseconds
      // As it was written before there were others.
      $0.state = company.state == .active ? "" : company.state.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_CompanyCreated) throws {
    self.init(
      company: Company(
        id: try m.company.id(), displayName: m.displayName,
        organisationNumber: try OrganisationNumber(
          m.organisationNumber, country: CountryCode(m.countryCode)),
        street: m.street, postalCode: m.postalCode, town: m.town,
        createTime: m.createTimeUs.instant,
        state: m.state.isEmpty ? .active : try m.state.named()))
  }
}

extension UserCreated {
  var message: Bureau_Facts_V1_UserCreated {
    .with {
      $0.user = user.id.data
      $0.kind = user.kind.rawValue
      $0.displayName = user.displayName
      $0.email = user.email
      $0.nationalIDDigest = Data(user.nationalIDDigest?.bytes ?? [])
      $0.createTimeUs = user.createTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_UserCreated) throws {
    let digest = m.nationalIDDigest
    self.init(
      user: User(
        id: try m.user.id(), kind: try m.kind.named(), displayName: m.displayName,
        email: m.email,
        nationalIDDigest: digest.isEmpty ? nil : NationalIDDigest(bytes: Array(digest)),
        createTime: m.createTimeUs.instant))
  }
}

extension RoleAssigned {
  var message: Bureau_Facts_V1_RoleAssigned {
    .with {
      $0.assignment = assignment.id.data
      $0.user = assignment.user.data
      $0.company = assignment.company?.data ?? Data()
      $0.role = assignment.role.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_RoleAssigned) throws {
    self.init(
      assignment: RoleAssignment(
        id: try m.assignment.id(), user: try m.user.id(), company: try m.company.optionalID(),
        role: try m.role.named()))
  }
}

extension RoleRemoved {
  var message: Bureau_Facts_V1_RoleRemoved {
    .with {
      $0.assignment = assignment.id.data
      $0.user = assignment.user.data
      $0.company = assignment.company?.data ?? Data()
      $0.role = assignment.role.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_RoleRemoved) throws {
    self.init(
      assignment: RoleAssignment(
        id: try m.assignment.id(), user: try m.user.id(), company: try m.company.optionalID(),
        role: try m.role.named()))
  }
}

extension TokenCreated {
  var message: Bureau_Facts_V1_TokenCreated {
    .with {
      $0.token = token.id.data
      $0.user = token.user.data
      $0.expireTimeUs = token.expireTime.microseconds
      $0.secretHash = Data(secretHash)
      $0.companies = token.scope.companies.map(\.data)
      $0.verbs = token.scope.verbs
      $0.certificate = Data(token.scope.certificate ?? [])
      $0.displayName = token.displayName
      $0.createTimeUs = token.createTime?.microseconds ?? 0
    }
  }

  init(_ m: Bureau_Facts_V1_TokenCreated) throws {
    self.init(
      token: Token(
        id: try m.token.id(), user: try m.user.id(), expireTime: m.expireTimeUs.instant,
        displayName: m.displayName,
        scope: TokenScope(
          companies: try m.companies.map { try $0.id() }, verbs: m.verbs,
          certificate: m.certificate.isEmpty ? nil : Array(m.certificate)),
        createTime: m.createTimeUs == 0 ? nil : m.createTimeUs.instant),
      secretHash: Array(m.secretHash))
  }
}

extension TokenRevoked {
  var message: Bureau_Facts_V1_TokenRevoked {
    .with {
      $0.token = token.id.data
      $0.user = token.user.data
      $0.expireTimeUs = token.expireTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_TokenRevoked) throws {
    self.init(
      token: Token(
        id: try m.token.id(), user: try m.user.id(), expireTime: m.expireTimeUs.instant))
  }
}
