"""The distribution's default page: its structure and size, in words of our own. Pure."""

from msgspec import Struct


class Look(Struct, frozen=True):
    """What differs between the distributions' pages."""

    name: str
    title: str
    colour: str
    logo: str
    size: int  # bytes of the package's page: the ETag shows them
    tracker: str
    report: str


LOOKS = {
    "debian": Look(
        "Debian", "Apache2 Debian Default Page: It works", "#CD214F", "openlogo-75.png", 10_701,
        "https://bugs.debian.org/cgi-bin/pkgreport.cgi?src=apache2", "reportbug",
    ),
    "ubuntu": Look(
        "Ubuntu", "Apache2 Ubuntu Default Page: It works", "#E95420", "ubuntu-logo.png", 10_918,
        "https://bugs.launchpad.net/ubuntu/+source/apache2", "ubuntu-bug",
    ),
}  # fmt: skip

STYLE = """
  * {
    margin: 0;
    padding: 0;
  }

  body, html {
    padding: 3px;
    background-color: #D8DBE2;
    font-family: Verdana, Helvetica, sans-serif;
    font-size: 11pt;
    text-align: center;
  }

  div.main_page {
    position: relative;
    display: table;
    width: 800px;
    margin: 0 auto 3px auto;
    border: 2px solid #212738;
    background-color: #FFFFFF;
    text-align: center;
  }

  div.page_header {
    width: 100%;
    height: 99px;
    background-color: #F5F6F7;
  }

  div.page_header span {
    margin: 15px 0 0 50px;
    font-size: 180%;
    font-weight: bold;
  }

  div.page_header img {
    margin: 3px 0 0 40px;
    border: 0;
  }

  div.table_of_contents {
    clear: left;
    min-width: 200px;
    margin: 3px;
    background-color: #FFFFFF;
    text-align: left;
  }

  div.table_of_contents_item {
    clear: left;
    width: 100%;
    margin: 4px 0 0 0;
    background-color: #FFFFFF;
    color: #000000;
    text-align: left;
  }

  div.table_of_contents_item a {
    margin: 6px 0 0 6px;
    color: #000000;
    font-weight: bold;
    text-decoration: none;
  }

  div.table_of_contents_item a:hover {
    background-color: #000000;
    color: #FFFFFF;
  }

  div.content_section {
    margin: 3px;
    background-color: #FFFFFF;
    text-align: left;
  }

  div.content_section_text {
    padding: 4px 8px;
    color: #000000;
    font-size: 100%;
  }

  div.content_section_text p {
    margin-bottom: 6px;
  }

  div.content_section_text ul, div.content_section_text li {
    padding: 4px 8px 4px 16px;
  }

  div.content_section_text pre {
    margin: 8px 0;
    padding: 8px;
    border: 1px dotted #000000;
    background-color: #F5F6F7;
    font-style: italic;
  }

  div.section_header {
    padding: 3px 6px;
    background-color: #8E9CB2;
    color: #FFFFFF;
    font-size: 112%;
    font-weight: bold;
    text-align: center;
  }

  div.section_header_first {
    background-color: {colour};
  }

  .floating_element {
    position: relative;
    float: left;
  }

  div.content_section_text a {
    font-weight: bold;
    text-decoration: none;
  }

  div.content_section_text a:link,
  div.content_section_text a:visited,
  div.content_section_text a:active {
    background-color: #DCDFE6;
    color: #000000;
  }

  div.content_section_text a:hover {
    background-color: #000000;
    color: #DCDFE6;
  }
"""

BODY = """
    <div class="main_page">
      <div class="page_header floating_element">
        <img src="/icons/{logo}" alt="{name} Logo" class="floating_element" />
        <span class="floating_element">
          Apache2 {name} Default Page
        </span>
      </div>
<!--  <div class="table_of_contents floating_element">
        <div class="section_header">
          ON THIS PAGE
        </div>
        <div class="table_of_contents_item floating_element">
          <a href="#about">It works</a>
        </div>
        <div class="table_of_contents_item floating_element">
          <a href="#changes">Configuration</a>
        </div>
        <div class="table_of_contents_item floating_element">
          <a href="#docroot">Pages</a>
        </div>
        <div class="table_of_contents_item floating_element">
          <a href="#bugs">Faults</a>
        </div>
      </div>
-->
      <div class="content_section floating_element">

        <div class="section_header section_header_first">
          <div id="about"></div>
          It works!
        </div>
        <div class="content_section_text">
          <p>
            You see this page because the Apache web server was installed from the packages of {name}
            and has answered your request, so it can be reached and does its work. Nobody has put a site
            here yet: the page stands in <tt>/var/www/html/index.html</tt>, and whoever runs this machine
            should <b>put their own in its place</b> before they let others visit it.
          </p>

          <p>
            Were you looking for something else at this address? Then the site that belongs here is
            probably not ready, or it is being moved or repaired. Come back later, and tell the people
            who look after it if the page is still here then.
          </p>
        </div>

        <div class="section_header">
          <div id="changes"></div>
          How the configuration is laid out
        </div>
        <div class="content_section_text">
          <p>
            The packages of {name} do not use one large configuration file, as the sources of Apache do.
            They divide it into many small ones, which the tools of the distribution switch on and off.
            What each is for is explained in <b>/usr/share/doc/apache2/README.Debian.gz</b>. The
            server's own <a href="/manual">manual</a> can be read on this machine once the package
            <tt>apache2-doc</tt> is there.
          </p>
          <p>
            These are the files and directories of an Apache2 installation on {name}:
          </p>
          <pre>
/etc/apache2/
|-- apache2.conf
|       `--  ports.conf
|-- mods-enabled
|       |-- *.load
|       `-- *.conf
|-- conf-enabled
|       `-- *.conf
|-- sites-enabled
|       `-- *.conf
          </pre>
          <ul>
            <li>
                                        Everything begins in <tt>apache2.conf</tt>. The server reads it when it
                                        starts, and from there it takes in each of the other files.
            </li>

            <li>
                                        The addresses and ports on which it waits for connections are set in
                                        <tt>ports.conf</tt>, which is always read. Change it whenever you need another
                                        port.
            </li>

            <li>
                                        The directories <tt>mods-enabled/</tt>, <tt>conf-enabled/</tt> and
                                        <tt>sites-enabled/</tt> hold what is switched on at present: modules with
                                        their settings, settings for the server as a whole, and virtual hosts.
            </li>

            <li>
                                        What stands in them are links to files of the same name in the directories
                                        that end in <tt>-available/</tt>. Do not make these links by hand. To set and
                                        remove them there are <tt>a2enmod</tt> and <tt>a2dismod</tt> for modules,
                                        <tt>a2ensite</tt> and <tt>a2dissite</tt> for virtual hosts, <tt>a2enconf</tt>
                                        and <tt>a2disconf</tt> for all other settings. Each of them has a page in the
                                        system's manual.
            </li>

            <li>
                                        The program itself has the name apache2. It takes paths and users from its
                                        environment, therefore <b>it does not start when you call
                                        <tt>/usr/bin/apache2</tt> yourself</b>. Use <tt>systemctl</tt>,
                                        <tt>/etc/init.d/apache2</tt> or <tt>apache2ctl</tt>.
            </li>

            <li>
                                        After a change, <tt>apache2ctl configtest</tt> tells whether the server
                                        understands all of its files, and <tt>systemctl reload apache2</tt> makes it
                                        read them again without breaking off the requests that it is working on.
            </li>

            <li>
                                        What the server does is written to the files in <tt>/var/log/apache2</tt>:
                                        each request to <tt>access.log</tt>, and whatever went wrong to
                                        <tt>error.log</tt>. Look there first when a page does not appear as it should.
                                        The files are rotated every day and are kept for two weeks.
            </li>
          </ul>
        </div>

        <div class="section_header">
          <div id="docroot"></div>
          Where the pages lie
        </div>

        <div class="content_section_text">
          <p>
            As installed, the server gives out only what lies under <tt>/var/www</tt>, under
            <tt>/usr/share</tt> (programs that come as packages keep their pages there) and, where that
            module is on, in the
            <a href="http://httpd.apache.org/docs/2.4/mod/mod_userdir.html" rel="nofollow">public_html</a>
            directories of its users. Every other file is refused. To keep a site somewhere else, such
            as in <tt>/srv</tt>, allow that directory in <tt>/etc/apache2/apache2.conf</tt>.
          </p>
          <p>
            The pages of the first site lie in <tt>/var/www/html</tt>. Further virtual hosts can have
            directories of their own beside it; none of them then sees the files of another, which older
            releases did not prevent.
          </p>
        </div>

        <div class="section_header">
          <div id="bugs"></div>
          Something does not work
        </div>
        <div class="content_section_text">
          <p>
            Faults of the package apache2 are reported with the program <tt>{report}</tt>. Please look
            through <a href="{tracker}" rel="nofollow">those already known</a> first: yours may be among them.
          </p>
          <p>
            A fault that shows only with a certain module, PHP for instance, belongs to the package of
            that module and is best reported there. Questions about how to set something up are better
            asked on the mailing lists and in the forums of {name}, where many people know the answer.
          </p>
        </div>
      </div>
    </div>
"""

PAGE = """
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
  <head>
    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
    <title>{title}</title>
    <style type="text/css" media="screen">{style}    </style>
  </head>
  <body>{body}{fill}  </body>
</html>

"""


def front_page(distribution: str) -> bytes:
    """The page of "debian" or "ubuntu", exactly as long as the package's."""
    look = LOOKS.get(distribution, LOOKS["debian"])
    text = PAGE.replace("{style}", STYLE).replace("{body}", BODY)
    for field in ("name", "title", "colour", "logo", "tracker", "report"):
        text = text.replace("{" + field + "}", getattr(look, field))
    spare = look.size - len(text) + len("{fill}")
    return text.replace("{fill}", " " * (spare - 1) + "\n" if spare > 0 else "").encode()
