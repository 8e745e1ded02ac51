package import BureauAPI
import Primitives
package import Sandbox
import SwiftProtobuf

extension TestBureau {
  /// A company as a bureau file might want it: an accountant, and a director who approves and signs.
  package func wish(_ name: String, number: Int) throws -> Bureau_V1_ApplyCompanyRequest {
    let accountant = try stranger(), director = try stranger()
    return wish(name, number: number, accountant: accountant, director: director)
  }

  package func wish(
    _ name: String, number: Int, accountant: SandboxPerson, director: SandboxPerson
  ) -> Bureau_V1_ApplyCompanyRequest {
    .with {
      $0.parent = self.name
      $0.company.displayName = name
      $0.company.organisationNumber = Numbers.organisation(number)
      $0.company.countryCode = "NO"
      $0.company.address.street = "Havnegata 1"
      $0.company.address.postalCode = "8006"
      $0.company.address.town = "Bodø"
      $0.people = [
        .with {
          $0.key = "kim"
          $0.displayName = "Kim"
          $0.email = "kim-\(number)@example.com"
          $0.nationalID = accountant.personalNumber.digits
        },
        .with {
          $0.key = "dag"
          $0.displayName = "Dag"
          $0.email = "dag-\(number)@example.com"
          $0.mobile = "+4791234567"
          $0.nationalID = director.personalNumber.digits
        },
      ]
      $0.roles = [
        .with {
          $0.person = "kim"
          $0.role = .accountant
        },
        .with {
          $0.person = "dag"
          $0.role = .approver
        },
      ]
      $0.agreements = [
        .with {
          $0.kind = .remittance
          $0.bank = "dnb"
          $0.account.form = .noBban
          $0.account.text = Numbers.norwegianAccount(number)
          $0.currencyCode = "NOK"
          $0.signer = "dag"
        }
      ]
      $0.contentDigest = "digest-\(number)"
      $0.requestID = "onboard-\(number)-\(world.next())"
    }
  }
}
